package blocks_test

import (
	"maps"
	"time"

	"renewbot/bot/renewal"
)

// entry is an audit entry as the domain writes it.
func entry(code renewal.Code, actor string, from, to renewal.Status, detail map[string]string) renewal.Entry {
	return renewal.Entry{
		Seq: 42, RequestID: 123, At: now.Add(time.Hour), Code: code, Actor: actor, Revision: 1, From: from, To: to,
		Detail: detail, PrevHash: "00000000aaaaaaaa", Hash: "1a2b3c4d5e6f708192a3b4c5d6e7f809",
	}
}

func orderDetails(status string) map[string]string {
	return map[string]string{
		renewal.DetailAttempt: "1", renewal.DetailOrderNo: "XS3401174502129270784", renewal.DetailTransactionNo: "IW3401174503953793025",
		renewal.DetailVendorStatus: status, renewal.DetailVendorRequest: "94ef8ff15c1432f6a01283c945569e43",
	}
}

func problemDetails(code, detail string) map[string]string {
	return map[string]string{
		renewal.DetailAttempt: "1", renewal.DetailVendorCode: code, renewal.DetailVendorDetail: detail,
		renewal.DetailVendorRequest: "94ef8ff15c1432f6a01283c945569e43",
	}
}

// event is an entry with the request as it is after it.
type event struct {
	name    string
	request renewal.Request
	entry   renewal.Entry
}

// dueEntry is an entry about a package, which belongs to no request.
func dueEntry(code renewal.Code, detail map[string]string) renewal.Entry {
	all := map[string]string{renewal.DetailSummary: "Example Telecom, P-Series Turnkey Package", renewal.DetailHolder: "3100000000000000001", renewal.DetailProduct: "p-series-turnkey"}
	maps.Copy(all, detail)
	e := entry(code, alice, "", "", all)
	e.RequestID, e.Revision = 0, 0
	return e
}

// none makes an entry one that belongs to no request.
func none(e renewal.Entry) renewal.Entry {
	e.RequestID, e.Revision = 0, 0
	return e
}

// ofNone is an entry that belongs to no request.
func ofNone(code renewal.Code, host string) renewal.Entry {
	e := entry(code, renewal.System, "", "", nil)
	e.RequestID, e.Revision = 0, 0
	if host != "" {
		e.Detail = map[string]string{renewal.DetailHost: host}
	}
	return e
}

func second(e renewal.Entry) renewal.Entry {
	e.Revision = 2
	return e
}
