package ledger

import (
	"encoding/json"
	"reflect"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// plainTypes are the values that statements are sent with, by us and by River, and the
// types that PostgreSQL has for them.
var plainTypes = map[reflect.Type]string{
	reflect.TypeFor[bool]():            "bool",
	reflect.TypeFor[int16]():           "int2",
	reflect.TypeFor[int32]():           "int4",
	reflect.TypeFor[int64]():           "int8",
	reflect.TypeFor[int]():             "int8",
	reflect.TypeFor[float64]():         "float8",
	reflect.TypeFor[string]():          "text",
	reflect.TypeFor[[]byte]():          "bytea",
	reflect.TypeFor[time.Time]():       "timestamptz",
	reflect.TypeFor[time.Duration]():   "interval",
	reflect.TypeFor[json.RawMessage](): "json",
	reflect.TypeFor[pgtype.Text]():     "text",
	reflect.TypeFor[pgtype.Bits]():     "varbit",
}

// tellPlainTypes tells a connection what type a value has which is sent before the server
// could say it, as the operator may want it (default_query_exec_mode). pgx knows that of 60
// types and of all lists of them, at 1.4 MB of program, unless it is built with the tag
// nopgxregisterdefaulttypes; then it knows it of none.
func tellPlainTypes(conn *pgx.Conn) {
	types := conn.TypeMap()
	for t, name := range plainTypes {
		for t, name := range map[reflect.Type]string{t: name, reflect.SliceOf(t): "_" + name} {
			types.RegisterDefaultPgType(reflect.Zero(t).Interface(), name)
			types.RegisterDefaultPgType(reflect.Zero(reflect.PointerTo(t)).Interface(), name)
		}
	}
}
