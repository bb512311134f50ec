package limen_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// here is the least endpoint.
var here = limen.MustParseEndpoint("tcp/0.0.0.0:0")

// nouns are all nouns that travel as JSON, each with the least that it can
// say. Where that is not the zero value, the zero value is invalid, and writing
// it must fail, so that no half made noun leaves the machine.
var nouns = []any{
	limen.Ancestor{},
	limen.App{State: limen.AppWaiting},
	limen.AppEvent{Change: limen.AppLaunched},
	limen.Apps{},
	limen.Authority{},
	limen.Awaited{Goal: limen.Goal{State: limen.GoalReady}},
	limen.Backlog{},
	limen.Bind{},
	limen.Cause{},
	limen.Certificate{},
	limen.Comparison{},
	limen.Condition{In: limen.InCookie, Name: "a"},
	limen.Connection{Local: here, State: limen.Established},
	limen.Container{},
	limen.Difference{},
	limen.Document{},
	limen.Door{Endpoint: here, Grant: limen.GrantBind},
	here,
	limen.Edition{},
	limen.Ended{},
	limen.Error{},
	limen.Event{Change: limen.Opened, Listener: limen.Listener{Endpoint: here, State: limen.Bound, Reach: limen.Self}},
	limen.Evidence{},
	limen.Exchange{},
	limen.Exchanges{},
	limen.Expect{},
	limen.Field{},
	limen.Frame{Kind: limen.FrameText},
	limen.Framework{},
	limen.Freed{Transport: limen.TCP},
	limen.Gap{},
	limen.Goal{State: limen.GoalReady},
	limen.HostsBlock{},
	limen.Identities{},
	limen.Identity{Endpoint: here},
	limen.Keeper{},
	limen.Known{},
	limen.Launch{},
	limen.Lease{},
	limen.Leases{},
	limen.Listener{Endpoint: here, State: limen.Bound, Reach: limen.Self},
	limen.LogLine{Stream: limen.StdOut},
	limen.Lookup{},
	limen.Message{},
	limen.News{},
	limen.Notice{},
	limen.Number{Range: limen.SystemRange},
	limen.Numbers{},
	limen.Opening{Endpoint: here, Part: limen.NoPart},
	limen.Owner{Role: limen.Sole, Proof: limen.Proved},
	limen.Plan{Transport: limen.TCP},
	limen.PortRange{From: 1, To: 1},
	limen.Process{},
	limen.ProcessID{},
	limen.Project{},
	limen.Query{},
	limen.Recording{},
	limen.Recordings{},
	limen.Registrant{},
	limen.Registration{},
	limen.Renewal{},
	limen.Resolution{},
	limen.Route{Source: limen.RouteTyped, State: limen.RouteLive, Target: limen.Target{Port: 1}},
	limen.Routes{},
	limen.Scan{},
	limen.ScanNews{},
	limen.ScannedAddress{},
	limen.ScannedPort{},
	limen.Served{Kind: limen.ServedOpened},
	limen.Service{Confidence: limen.Told},
	limen.Setting{},
	limen.Settings{},
	limen.Site{},
	limen.Snapshot{},
	limen.Standing{},
	limen.Step{},
	limen.Stopped{Owner: limen.Owner{Role: limen.Sole, Proof: limen.Proved}},
	limen.Source{Task: limen.TaskSockets, Use: limen.SourceServed},
	limen.Sources{},
	limen.Subject{},
	limen.Tap{},
	limen.Tapped{Kind: limen.TapOpened},
	limen.Target{Port: 1},
	limen.TLS{},
	limen.Trust{},
	limen.TrustClient{Alone: limen.TrustProved, Within: limen.TrustProved},
	limen.TrustStore{State: limen.StoreTrusts},
	limen.Started{},
	limen.Undone{},
	limen.Unnamed{Endpoint: here},
	limen.Usage{},
	limen.Use{},
	limen.User{},
	limen.Vantage{},
	limen.Verdict{Transport: limen.TCP, Range: limen.SystemRange},
	limen.Visit{},
	limen.Waited{Outcome: limen.OutcomeReady},
	limen.Workspace{},
}

// notNouns are exported structs that never travel.
var notNouns = map[string]string{
	"Mention":    "a place in a text",
	"Interface":  "an argument of ReachOf",
	"ListenerID": "a map's key, made of what a Listener says",
}

func TestEveryNounIsInTheTable(t *testing.T) {
	known := map[string]bool{}
	for _, n := range nouns {
		known[reflect.TypeOf(n).Name()] = true
	}
	root := readTree(t, os.DirFS(".")).find(".")
	for _, f := range root.shipped() {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			_, isStruct := spec.Type.(*ast.StructType)
			name := spec.Name.Name
			if isStruct && spec.Name.IsExported() && !known[name] && notNouns[name] == "" {
				t.Errorf("%s: %s is in no table\n  why:  a noun that does not survive JSON is found out by the first script that uses it\n  next: add it to nouns in nouns_test.go, or to notNouns with a reason", f.path, name)
			}
			return true
		})
	}
}

func TestEveryNounSurvivesJSONAndBack(t *testing.T) {
	for _, n := range nouns {
		full := filled(n)
		checkFilled(t, full, full.Type().Name())
		checkSurvives(t, full.Interface())
		checkSurvives(t, n)

		zero := reflect.Zero(full.Type()).Interface()
		if b, err := json.Marshal(zero); err == nil && !reflect.ValueOf(n).IsZero() {
			t.Errorf("the zero %T, which is invalid, was written as %s", zero, b)
		}
	}
}

func checkSurvives(t *testing.T, noun any) {
	t.Helper()
	b, err := json.Marshal(noun)
	if err != nil {
		t.Errorf("%T: %v", noun, err)
		return
	}
	back := reflect.New(reflect.TypeOf(noun))
	if err := json.Unmarshal(b, back.Interface()); err != nil {
		t.Errorf("%T: reading %s: %v", noun, b, err)
		return
	}
	if diff := cmp.Diff(noun, back.Elem().Interface(), byValue); diff != "" {
		t.Errorf("%T changed on its way through JSON (-before +after):\n%s", noun, diff)
	}
}

// A script that loops over a list must not have to ask first whether it is
// there.
func TestAbsentListsAreWrittenAsEmptyOnes(t *testing.T) {
	for lists, noun := range map[string]any{
		"families owners":   limen.Listener{Endpoint: here, State: limen.Bound, Reach: limen.Self},
		"listeners gaps":    limen.Snapshot{},
		"sources":           limen.Sources{},
		"binds causes gaps": limen.Verdict{Transport: limen.TCP, Range: limen.SystemRange},
		"owners evidence":   limen.Cause{},
		"urls endpoints":    limen.Site{},
		"rules registered":  limen.Number{Range: limen.SystemRange},
	} {
		b, err := json.Marshal(noun)
		if err != nil {
			t.Errorf("%T: %v", noun, err)
		}
		for _, list := range strings.Fields(lists) {
			if !bytes.Contains(b, []byte(`"`+list+`":[]`)) {
				t.Errorf("%T has no empty list %s: %s", noun, list, b)
			}
		}
	}
}
