package yeastar

// HolderKind says how an order names whose package is renewed.
type HolderKind string

// The two ways to name a holder.
const (
	ByAccount HolderKind = "account" // the calling account, or a customer by partnerId
	BySerial  HolderKind = "serial"  // a PBX by its serial number, productNo
)

// QuantityRule says what the quantity of a line must be.
type QuantityRule string

// The quantity rules of the renewal tutorials.
const (
	QuantityCurrent QuantityRule = "current" // exactly the current number of extensions
	QuantityNone    QuantityRule = "none"    // the line has no quantity
)

// Product is a thing that can be renewed, with the values its tutorial fixes.
// It is data: supporting another renewal means another row in products.
type Product struct {
	ID            int    // productId
	Key           string // our own stable name of the row, kept in the ledger
	Name          string
	OperationType string // operationType of the order
	Holder        HolderKind
	PlanLine      bool // the order has a line of serviceType plan
	ServiceLines  bool // the order may have lines of serviceType service
	Quantity      QuantityRule
	MinQuantity   int // smallest quantity that can be right
	MaxQuantity   int // largest quantity that is believed; above it is a slip of the hand
	PurchaseType  string
	BillingModel  string
	BillingCycle  string
	MultiCycle    int
	Term          string // how long one order renews, in words
	TermMonths    int
	Page          string // address of the tutorial
}

var products = []Product{
	{
		ID: 14, Key: "p-series-turnkey", Name: "P-Series Turnkey Package",
		OperationType: "renew_plan", Holder: ByAccount, PlanLine: true, ServiceLines: true,
		Quantity: QuantityCurrent, MinQuantity: 1, MaxQuantity: 100_000,
		PurchaseType: "renew", BillingModel: "recurring", BillingCycle: "annually", MultiCycle: 0,
		Term: "1 year", TermMonths: 12,
		Page: "https://help.yeastar.com/en/pp-ptr/developer-guide/tutorial-renew-p-series-turnkey-package-using-api.html",
	},
}

// Products lists what can be renewed, in the order in which people choose from it.
func Products() []Product {
	return append([]Product(nil), products...)
}

// ProductByKey finds a renewable product by our own name for it.
func ProductByKey(key string) (Product, bool) {
	for _, p := range products {
		if p.Key == key {
			return p, true
		}
	}
	return Product{}, false
}
