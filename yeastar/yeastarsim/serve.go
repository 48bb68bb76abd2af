package yeastarsim

import (
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
)

// Endpoint names one call of the API; faults and the journal go by it.
type Endpoint string

// The endpoints of the guide that are simulated.
const (
	Token                 Endpoint = "token"
	ProductList           Endpoint = "product_list"
	PurchaseProductInfo   Endpoint = "purchase_product_info"
	PurchasePlanInfo      Endpoint = "purchase/plan_info"
	RenewPlanInfo         Endpoint = "renew/plan_info"
	PurchaseAddOnInfo     Endpoint = "purchase/add_on_info"
	RenewAddOnInfo        Endpoint = "renew/add_on_info"
	InstanceProductList   Endpoint = "instance_product_list"
	InstanceProductDetail Endpoint = "instance_product/detail"
	PartnerList           Endpoint = "partner_list"
	SubordinateUser       Endpoint = "subordinate_user"
	BillingContactList    Endpoint = "billing_contact_list"
	OrderSave             Endpoint = "order/save"
	OrderPage             Endpoint = "order/page"
	OrderGet              Endpoint = "order/get"
	ExistedAutoRenew      Endpoint = "check/existed_auto_renew"
	// UnknownPath stands for every path that is not simulated, AnyEndpoint for all calls.
	UnknownPath Endpoint = "unknown"
	AnyEndpoint Endpoint = "*"
)

type route struct {
	endpoint Endpoint
	method   string
	path     string // a path that ends with a slash is followed by one id
	answer   func(*Server, *call) (any, *refusal)
}

var routes = []route{
	{Token, http.MethodPost, "/auth/openapi/v1/oauth/token", (*Server).answerToken},
	{ProductList, http.MethodGet, "/pricing/openapi/purchase/v1/product_list", (*Server).productList},
	{PurchaseProductInfo, http.MethodGet, "/pricing/openapi/purchase/v1/purchase_product_info", (*Server).purchaseProductInfo},
	{PurchasePlanInfo, http.MethodGet, "/pricing/openapi/purchase/v1/purchase/plan_info/", (*Server).planInfo},
	{RenewPlanInfo, http.MethodGet, "/pricing/openapi/purchase/v1/renew/plan_info/", (*Server).planInfo},
	{PurchaseAddOnInfo, http.MethodGet, "/pricing/openapi/purchase/v1/purchase/add_on_info/", (*Server).addOnInfo},
	{RenewAddOnInfo, http.MethodGet, "/pricing/openapi/purchase/v1/renew/add_on_info/", (*Server).addOnInfo},
	{InstanceProductList, http.MethodGet, "/product/openapi/instance_product/v1/client/instance_product_list", (*Server).instanceProductList},
	{InstanceProductDetail, http.MethodGet, "/product/openapi/instance_product/v1/detail", (*Server).instanceProductDetail},
	{PartnerList, http.MethodGet, "/user/openapi/user/v1/client/partner_list", (*Server).partnerList},
	{SubordinateUser, http.MethodGet, "/user/openapi/user/v1/subordinate_user/", (*Server).subordinateUser},
	{BillingContactList, http.MethodGet, "/user/openapi/user/v1/client/billing_contact_list", (*Server).billingContactList},
	{OrderSave, http.MethodPost, "/order/openapi/order/v1/save", (*Server).orderSave},
	{OrderPage, http.MethodGet, "/order/openapi/order/v1/page", (*Server).orderPage},
	{OrderGet, http.MethodGet, "/order/openapi/order/v1/get/", (*Server).orderGet},
	{ExistedAutoRenew, http.MethodGet, "/order/openapi/order/v1/check/existed_auto_renew", (*Server).existedAutoRenew},
}

// maxRequest bounds request bodies, in bytes.
const maxRequest = 1 << 20

// call is one request on its way through the server.
type call struct {
	*http.Request
	route   *route
	id      string // last path segment, where the route has one
	query   url.Values
	body    []byte
	orderNo string // of the order that this call placed
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		panic(http.ErrAbortHandler)
	}
	s.handlers.Add(1)
	s.mu.Unlock()
	defer s.handlers.Done()

	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest+1))
	if err != nil {
		panic(http.ErrAbortHandler) // the client went away inside its own request
	}
	c := &call{Request: r, query: r.URL.Query(), body: body}
	c.route, c.id = s.find(r)
	endpoint := UnknownPath
	if c.route != nil {
		endpoint = c.route.endpoint
	}

	seq, before, after := s.arrive(endpoint, c)
	a, ok := s.apply(before, w, r, nil)
	if a == nil && ok {
		a = s.answer(c)
		var faulty *answer
		if faulty, ok = s.apply(after, w, r, a); faulty != nil {
			a = faulty
		}
	}
	if !ok {
		s.leave(seq, c, nil)
		panic(http.ErrAbortHandler)
	}
	s.leave(seq, c, a)
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // a client that hung up is its own business
	a.writeFiller(w)
}

// find matches the escaped path, so that an escaped slash stays inside an id.
func (s *Server) find(r *http.Request) (*route, string) {
	path, ok := strings.CutPrefix(r.URL.EscapedPath(), s.basePath)
	if !ok {
		return nil, ""
	}
	for i := range routes {
		rt := &routes[i]
		if rt.path == path {
			if strings.HasSuffix(path, "/") {
				return nil, ""
			}
			return rt, ""
		}
		if rest, ok := strings.CutPrefix(path, rt.path); ok && strings.HasSuffix(rt.path, "/") && !strings.Contains(rest, "/") {
			id, err := url.PathUnescape(rest)
			if err != nil {
				return nil, ""
			}
			return rt, id
		}
	}
	return nil, ""
}

// answer checks the request and gives it its effect.
func (s *Server) answer(c *call) *answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	result, ref := s.decide(c)
	if ref != nil {
		return s.refused(ref)
	}
	return s.succeeded(result)
}

func (s *Server) decide(c *call) (any, *refusal) {
	if c.route == nil {
		return nil, &refusal{status: http.StatusNotFound, code: codeNotFound, detail: "The requested path does not exist."}
	}
	if c.Method != c.route.method {
		return nil, &refusal{status: http.StatusMethodNotAllowed, code: "method_not_allowed", detail: "The method is not supported by this path."}
	}
	if ua := c.Header.Get("User-Agent"); ua == "" || (strings.HasPrefix(ua, "Go-http-client/") && !s.switches.AcceptGoUserAgent) {
		return nil, invalid("The User-Agent header is required.", "User-Agent", "required")
	}
	if len(c.body) > maxRequest {
		return nil, &refusal{status: http.StatusRequestEntityTooLarge, code: "request_too_large", detail: "The request body is too large."}
	}
	if c.route.endpoint != Token {
		if ref := s.authorize(c); ref != nil {
			return nil, ref
		}
	}
	return c.route.answer(s, c)
}
