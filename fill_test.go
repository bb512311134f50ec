package limen_test

import (
	"hash/fnv"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

// values makes a value of each type that reflection cannot make one of.
var values = map[reflect.Type]func(n uint64) any{
	reflect.TypeFor[netip.Addr]():           func(n uint64) any { return netip.AddrFrom4([4]byte{192, 0, 2, byte(n)}) },
	reflect.TypeFor[netip.AddrPort]():       func(n uint64) any { return netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(n)}), uint16(n)) },
	reflect.TypeFor[netip.Prefix]():         func(n uint64) any { return netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(n)}), 32) },
	reflect.TypeFor[time.Time]():            func(n uint64) any { return time.Unix(1_700_000_000+int64(n), 0).UTC() },
	reflect.TypeFor[limen.PortRange]():      func(uint64) any { return limen.PortRange{From: 3000, To: 3010} },
	reflect.TypeFor[limen.Transport]():      func(uint64) any { return limen.UDP },
	reflect.TypeFor[limen.Family]():         func(uint64) any { return limen.IPv6 },
	reflect.TypeFor[limen.State]():          func(uint64) any { return limen.TimeWait },
	reflect.TypeFor[limen.Reach]():          func(uint64) any { return limen.Network },
	reflect.TypeFor[limen.Role]():           func(uint64) any { return limen.Worker },
	reflect.TypeFor[limen.Proof]():          func(uint64) any { return limen.Candidate },
	reflect.TypeFor[limen.Confidence]():     func(uint64) any { return limen.Told },
	reflect.TypeFor[limen.Authentication](): func(uint64) any { return limen.AuthenticationRequired },
	reflect.TypeFor[limen.Range]():          func(uint64) any { return limen.DynamicRange },
	reflect.TypeFor[limen.Change]():         func(uint64) any { return limen.OwnerChanged },
	reflect.TypeFor[limen.Task]():           func(uint64) any { return limen.TaskHolders },
	reflect.TypeFor[limen.SourceUse]():      func(uint64) any { return limen.SourceRefused },
	reflect.TypeFor[limen.Kind]():           func(uint64) any { return limen.Busy },
	reflect.TypeFor[limen.GoalState]():      func(uint64) any { return limen.GoalFree },
	reflect.TypeFor[limen.Outcome]():        func(uint64) any { return limen.OutcomePointless },
	reflect.TypeFor[limen.AppState]():       func(uint64) any { return limen.AppLooping },
	reflect.TypeFor[limen.AppChange]():      func(uint64) any { return limen.AppAnswered },
	reflect.TypeFor[limen.Part]():           func(uint64) any { return limen.ThePart },
	reflect.TypeFor[limen.Stream]():         func(uint64) any { return limen.StdErr },
	reflect.TypeFor[limen.Level]():          func(uint64) any { return limen.LevelWarn },
	reflect.TypeFor[limen.StoreState]():     func(uint64) any { return limen.StoreLacks },
	reflect.TypeFor[limen.TrustProof]():     func(uint64) any { return limen.TrustRefused },
	reflect.TypeFor[limen.ServedKind]():     func(uint64) any { return limen.ServedRequest },
	reflect.TypeFor[limen.TappedKind]():     func(uint64) any { return limen.TapExchange },
	reflect.TypeFor[limen.FrameKind]():      func(uint64) any { return limen.FrameEvent },
	reflect.TypeFor[limen.Target](): func(uint64) any {
		return limen.Target{Scheme: limen.SchemeHTTPS, Host: "db.test", Port: 3000, Path: "/app"}
	},
	reflect.TypeFor[limen.Condition]():   func(uint64) any { return limen.Condition{In: limen.InCookie, Name: "tree", Value: "x"} },
	reflect.TypeFor[limen.Grant]():       func(uint64) any { return limen.GrantSystem },
	reflect.TypeFor[limen.RouteSource](): func(uint64) any { return limen.RouteTyped },
	reflect.TypeFor[limen.RouteState]():  func(uint64) any { return limen.RouteAbsent },
}

// filled returns a noun of n's type that says everything it can.
func filled(n any) reflect.Value {
	v := reflect.New(reflect.TypeOf(n)).Elem()
	fill(v, v.Type().Name())
	return v
}

// fill sets v and all it holds to values that are not zero and depend only on
// where they stand, so that a new field changes no other one's value.
func fill(v reflect.Value, path string) {
	h := fnv.New32a()
	h.Write([]byte(path))
	n := uint64(h.Sum32()%250) + 1

	if make, ok := values[v.Type()]; ok {
		v.Set(reflect.ValueOf(make(n)))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), path+"."+v.Type().Field(i).Name)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), path)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), path+"[0]")
		fill(v.Index(1), path+"[1]")
	case reflect.String:
		v.SetString(path[strings.LastIndexByte(path, '.')+1:])
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(float64(n) + 0.5)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(n))
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(n)
	default:
		panic("fill knows no " + v.Kind().String() + " at " + path + ": teach it, in fill_test.go")
	}
}

// checkFilled fails if fill left something at zero, which would survive JSON
// whether or not the field has a name there.
func checkFilled(t *testing.T, v reflect.Value, path string) {
	t.Helper()
	if v.IsZero() {
		t.Errorf("%s was left at zero", path)
	}
	if v.Kind() == reflect.Struct && values[v.Type()] == nil {
		for i := range v.NumField() {
			checkFilled(t, v.Field(i), path+"."+v.Type().Field(i).Name)
		}
	}
}
