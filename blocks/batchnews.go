package blocks

import (
	"fmt"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

// BatchTold is the line in the thread about what happened to a batch. i is its place among its news.
func BatchTold(d BatchData, i int) Message {
	n := d.Batch.Told[i]
	s, who := batchSentence(n.Entry()), splitList(n.Detail[renewal.DetailWho])
	switch {
	case n.Code == renewal.CodeBatchReminded && n.Detail[renewal.DetailHeld] != "":
		s = "🔔 " + d.Batch.Reference() + " is still paused. Nothing is ordered of what waits before somebody goes on."
		if len(who) > 0 {
			s = join(s, mentions(who, 20)+": please have a look.")
		}
	case n.Code == renewal.CodeBatchReminded:
		s = askToDecide("🔔 "+d.Batch.Reference()+" is still waiting for approval. "+nothingYet, Asked{who, d.Few})
	case n.Code == renewal.CodeBatchLastCall:
		times := ""
		if open := d.Batch.Undecided(d.Lines); len(open) > 0 {
			times = " " + moment(open[0].ExpiresAt)
		}
		s = askToDecide("⏰ Last call: "+d.Batch.Reference()+" times out"+times+" if it is not approved by then. "+nothingYet, Asked{who, d.Few})
	}
	return oneLineMessage(fmt.Sprintf("batchtold.%d.%d", d.Batch.ID, i), s)
}

// BatchDirect is what the requester alone is told of the same; false when it is nothing that they must
// hear of.
func BatchDirect(d BatchData, i int, link string) (Message, bool) {
	n := d.Batch.Told[i]
	switch n.Code {
	case renewal.CodeBatchRejected, renewal.CodeBatchExpired:
	case renewal.CodeBatchLeftOut, renewal.CodeBatchStopped:
		if n.Actor == d.Batch.Requester {
			return Message{}, false
		}
	default:
		return Message{}, false
	}
	return d.direct(fmt.Sprintf("batchdirect.%d.%d", d.Batch.ID, i), batchSentence(n.Entry()), link), true
}

// BatchEnded is what the requester alone is told of the end of a batch that was approved.
func BatchEnded(d BatchData, link string) Message {
	s := d.state()
	return d.direct(fmt.Sprintf("batchended.%d", d.Batch.ID), join(s.sign+" It has ended.", d.told()+".", s.meaning()), link)
}

// direct is a direct message to the requester, with what can be done about lines that were left out.
func (d BatchData) direct(id, news, link string) Message {
	m := Message{
		Text: cutMarkup(join("Your batch "+d.Batch.Reference()+": "+d.head()+".", news), limitMessageText),
		Blocks: []slack.Block{
			section(id, "*Your batch "+d.Batch.Reference()+"*\n"+news),
			contextLine(id+".about", joinWith(" · ", d.head(), d.total(), "in "+mention(d.Batch.Channel))),
		},
	}
	m = Links{d.Batch.Subject(): link}.Linked(m, d.Batch.Subject())
	if len(renewal.LeftOut(d.Lines)) > 0 {
		m.Blocks = append(m.Blocks, slack.NewActionBlock(id+".actions", d.askAgain()))
	}
	return m
}

func (d BatchData) askAgain() slack.BlockElement { return d.button(ActionBatchAgain, "Ask again…") }
