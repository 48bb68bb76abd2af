package page

import (
	"encoding/json"
	"time"

	"renewbot/bot/slacksim"
)

// patch is what one event of the stream carries: at first everything, later what changed.
type patch struct {
	Reset     bool                       `json:"reset,omitempty"`
	Me        string                     `json:"me,omitempty"`
	Clock     *clockJSON                 `json:"clock,omitempty"`
	People    json.RawMessage            `json:"people,omitempty"`
	Groups    json.RawMessage            `json:"groups,omitempty"`
	Commands  json.RawMessage            `json:"commands,omitempty"`
	Shortcuts json.RawMessage            `json:"shortcuts,omitempty"`
	App       json.RawMessage            `json:"app,omitempty"`
	Channels  json.RawMessage            `json:"channels,omitempty"`
	Messages  []messageJSON              `json:"messages,omitempty"`
	Gone      []refJSON                  `json:"gone,omitempty"`
	Stack     json.RawMessage            `json:"stack,omitempty"`
	Home      json.RawMessage            `json:"home,omitempty"`
	Refusals  json.RawMessage            `json:"refusals,omitempty"`
	Portal    map[string]json.RawMessage `json:"portal,omitempty"`
	Faults    json.RawMessage            `json:"faults,omitempty"`
	Bot       map[string]json.RawMessage `json:"bot,omitempty"`

	changed bool
}

type clockJSON struct {
	Now          time.Time `json:"now"`
	AheadSeconds int64     `json:"aheadSeconds"`
}

type groupJSON struct {
	ID      string   `json:"id"`
	Handle  string   `json:"handle"`
	Name    string   `json:"name"`
	Members []string `json:"members"`
}

type commandJSON struct {
	Command     string `json:"command"`
	Description string `json:"description"`
	Hint        string `json:"hint"`
}

type shortcutJSON struct {
	Name       string `json:"name"`
	CallbackID string `json:"callbackId"`
	Type       string `json:"type"`
}

type appJSON struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	UserID string `json:"userId"`
	BotID  string `json:"botId"`
}

type channelJSON struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Private  bool     `json:"private"`
	Shared   bool     `json:"shared"`
	Archived bool     `json:"archived"`
	IM       bool     `json:"im"`
	Members  []string `json:"members"`
}

type refJSON struct {
	Channel string `json:"channel"`
	TS      string `json:"ts"`
}

type messageJSON struct {
	Channel     string          `json:"channel"`
	TS          string          `json:"ts"`
	ThreadTS    string          `json:"threadTs"`
	User        string          `json:"user"`
	BotID       string          `json:"botId"`
	Text        string          `json:"text"`
	Blocks      json.RawMessage `json:"blocks"`
	Attachments json.RawMessage `json:"attachments"`
	Files       []fileJSON      `json:"files,omitempty"`
	Edited      bool            `json:"edited"`
	Broadcast   bool            `json:"broadcast"`
	Deleted     bool            `json:"deleted"`
	Ephemeral   bool            `json:"ephemeral"`
	Replies     int             `json:"replies"`
}

type fileJSON struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Title string `json:"title"`
}

func shownMessage(m slacksim.Message) messageJSON {
	var files []fileJSON
	for _, f := range m.Files {
		files = append(files, fileJSON(f))
	}
	return messageJSON{
		Files:   files,
		Channel: m.Channel, TS: m.TS, ThreadTS: m.ThreadTS, User: m.User, BotID: m.BotID, Text: m.Text,
		Blocks: orEmpty(m.Blocks), Attachments: orEmpty(m.Attachments), Edited: m.Edited, Broadcast: m.Broadcast,
		Deleted: m.Deleted, Ephemeral: m.EphemeralTo != "", Replies: m.Replies,
	}
}

func orEmpty(list json.RawMessage) json.RawMessage {
	if list == nil {
		return json.RawMessage("[]")
	}
	return list
}

type viewJSON struct {
	ID         string            `json:"id"`
	Type       string            `json:"type"`
	Title      string            `json:"title"`
	Submit     string            `json:"submit"`
	Close      string            `json:"close"`
	CallbackID string            `json:"callbackId"`
	Hash       string            `json:"hash"`
	Blocks     json.RawMessage   `json:"blocks"`
	Fields     []fieldJSON       `json:"fields"`
	Errors     map[string]string `json:"errors"`
	Trouble    string            `json:"trouble"`
}

type fieldJSON struct {
	BlockID  string       `json:"blockId"`
	ActionID string       `json:"actionId"`
	Type     string       `json:"type"`
	Value    string       `json:"value"`
	Selected []optionJSON `json:"selected"`
}

type optionJSON struct {
	Text        string `json:"text"`
	Value       string `json:"value"`
	Description string `json:"description"`
}

func shownView(v slacksim.View) viewJSON {
	out := viewJSON{
		ID: v.ID, Type: v.Type, Title: v.Title, Submit: v.Submit, Close: v.Close, CallbackID: v.CallbackID, Hash: v.Hash,
		Blocks: orEmpty(v.Blocks), Fields: []fieldJSON{}, Errors: v.Errors, Trouble: v.Trouble,
	}
	if out.Errors == nil {
		out.Errors = map[string]string{}
	}
	for _, f := range v.Fields {
		out.Fields = append(out.Fields, fieldJSON{f.BlockID, f.ActionID, f.Type, f.Value, shownOptions(f.Selected)})
	}
	return out
}

func shownOptions(list []slacksim.Option) []optionJSON {
	out := []optionJSON{}
	for _, o := range list {
		out = append(out, optionJSON(o))
	}
	return out
}

type refusalJSON struct {
	At      time.Time `json:"at"`
	Method  string    `json:"method"`
	Error   string    `json:"error"`
	Details []string  `json:"details"`
}

type orderJSON struct {
	OrderNo       string          `json:"orderNo"`
	TransactionNo string          `json:"transactionNo"`
	Status        string          `json:"status"`
	Holder        string          `json:"holder"`
	ProductNo     string          `json:"productNo"`
	Lines         []lineJSON      `json:"lines"`
	PONumber      string          `json:"poNumber"`
	Created       time.Time       `json:"created"`
	ViaAPI        bool            `json:"viaApi"`
	Raw           json.RawMessage `json:"raw"`
	ExpiryBefore  *time.Time      `json:"expiryBefore"`
	ExpiryAfter   *time.Time      `json:"expiryAfter"`
}

type lineJSON struct {
	Type     string `json:"type"`
	Name     string `json:"name"`
	ID       string `json:"id"`
	Quantity int    `json:"quantity"`
	Cycle    string `json:"cycle"`
	Cycles   int    `json:"cycles"`
}

type vendorCallJSON struct {
	Seq      int       `json:"seq"`
	At       time.Time `json:"at"`
	Endpoint string    `json:"endpoint"`
	Method   string    `json:"method"`
	Status   int       `json:"status"`
	Code     string    `json:"code"`
	Faults   []string  `json:"faults"`
	Done     bool      `json:"done"`
}

type jobsJSON struct {
	Waiting int64 `json:"waiting"`
	Running int64 `json:"running"`
	Failed  int64 `json:"failed"`
}

type entryJSON struct {
	Seq       int64             `json:"seq"`
	At        time.Time         `json:"at"`
	RequestID int64             `json:"requestId"`
	Code      string            `json:"code"`
	Actor     string            `json:"actor"`
	From      string            `json:"from"`
	To        string            `json:"to"`
	Details   map[string]string `json:"details"`
}

type customerJSON struct {
	PartnerID string        `json:"partnerId"`
	Company   string        `json:"company"`
	Email     string        `json:"email"`
	AccountID string        `json:"accountId"`
	Packages  []packageJSON `json:"packages"`
}

type packageJSON struct {
	ProductName string        `json:"productName"`
	ProductNo   string        `json:"productNo"`
	Serial      bool          `json:"serial"` // the number is a PBX's, not its holder's
	Plan        string        `json:"plan"`
	Cycle       string        `json:"cycle"`
	AutoRenew   bool          `json:"autoRenew"`
	Extensions  int           `json:"extensions"`
	Services    []serviceJSON `json:"services"`
	Expires     time.Time     `json:"expires"`
}

type serviceJSON struct {
	Name     string `json:"name"`
	Quantity int    `json:"quantity"`
}
