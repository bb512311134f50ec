package registry

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

const csvHeader = "Service Name,Port Number,Transport Protocol,Description,Assignee,Contact," +
	"Registration Date,Modification Date,Reference,Service Code,Unauthorized Use Reported,Assignment Notes\n"

func TestReadCSVReadsEveryColumn(t *testing.T) {
	l, err := ReadCSV(strings.NewReader(csvHeader +
		"x11,6000-6002,tcp,X Window System,[Stephen_Gildea],[Stephen_Gildea],,,,,,\n" +
		"svn,3690,tcp,Subversion,[Greg_Hudson_2],[Greg_Hudson_2],2003-01,,,,,\n" +
		"svn,3690,udp,Subversion,[Greg_Hudson_2],[Greg_Hudson_2],2003-01,,,,,\n" +
		"ircs-u,6001,tcp,\"Two\n   lines\",[IESG],[A_B][C_D],,2014-02-11,[RFC7194][RFC8765],,,note\n" +
		",6001,udp,Reserved,,,,,,,,\n" +
		"no-port,,,A name only,,,,,,,,\n" +
		",7-9,,Unassigned,,,,,,,,\n"))
	if err != nil {
		t.Fatal(err)
	}
	for port, want := range map[uint16][]limen.Registration{
		3690: {{
			Name: "svn", Description: "Subversion", Transports: []string{"tcp", "udp"},
			Assignee: "Greg Hudson", Contact: "Greg Hudson", Registered: "2003-01",
		}},
		6001: {
			{
				Name: "ircs-u", Description: "Two lines", Transports: []string{"tcp"}, Assignee: "IESG",
				Contact: "A B, C D", Modified: "2014-02-11", Reference: "RFC7194, RFC8765",
			},
			{Description: "Reserved", Transports: []string{"udp"}},
			{
				Name: "x11", Description: "X Window System", Transports: []string{"tcp"},
				Ports: limen.PortRange{From: 6000, To: 6002}, Assignee: "Stephen Gildea", Contact: "Stephen Gildea",
			},
		},
		8: nil,
	} {
		if diff := cmp.Diff(want, at(t, l, port)); diff != "" {
			t.Errorf("port %d (-want +got):\n%s", port, diff)
		}
	}
	if l.Len() != 4 {
		t.Errorf("the list has %d entries, want 4", l.Len())
	}
}

func TestReadCSVRefusesWhatIsNotTheList(t *testing.T) {
	for name, test := range map[string]struct{ text, says string }{
		"empty":         {"", "empty"},
		"a web page":    {"<!doctype html>\n<title>Not found</title>\n", `not "Service Name"`},
		"header only":   {csvHeader, "no port"},
		"cut off":       {csvHeader + "http,80,tcp,Wor", "wrong number of fields"},
		"open quote":    {csvHeader + `http,80,tcp,"Wor`, "quote"},
		"no port":       {csvHeader + "http,eighty,tcp,,,,,,,,,\n", `line 2: "eighty"`},
		"port too big":  {csvHeader + "http,65536,tcp,,,,,,,,,\n", `"65536"`},
		"range in zero": {csvHeader + "http,0-9,tcp,,,,,,,,,\n", `"0-9"`},
		"range turned":  {csvHeader + "http,9-8,tcp,,,,,,,,,\n", `"9-8"`},
		"range bomb":    {csvHeader + strings.Repeat("a,1-65535,tcp,,,,,,,,,\n", 2), "cover more"},
	} {
		_, err := ReadCSV(strings.NewReader(test.text))
		if err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v; want it to say %s", name, err, test.says)
		}
	}
}

func TestReadCSVStopsInAnEndlessFile(t *testing.T) {
	for name, test := range map[string]struct{ begin, again string }{
		"rows":  {"", "a,1,tcp,,,,,,,,,\n"},
		"field": {"", strings.Repeat("x", 1000)},
		"quote": {`"`, strings.Repeat("\n", 1000)},
	} {
		endless := io.MultiReader(strings.NewReader(csvHeader+test.begin), &repeat{text: test.again})
		if _, err := ReadCSV(endless); err == nil || !strings.Contains(err.Error(), "too long") {
			t.Errorf("%s: %v; want it to say that the list is too long", name, err)
		}
	}
}

// repeat reads the same text for ever.
type repeat struct {
	text string
	off  int
}

func (r *repeat) Read(p []byte) (int, error) {
	n := copy(p, r.text[r.off:])
	r.off = (r.off + n) % len(r.text)
	return n, nil
}

func TestAnOfficialListReplacesTheCopyInside(t *testing.T) {
	r := Registry{List: readRealCSV(t)}
	n := r.Lookup(8448, limen.TCP)
	want := []limen.Registration{{
		Name: "matrix-fed", Description: "Matrix Federation Protocol", Transports: []string{"tcp"},
		Assignee: "The Matrix.org Foundation C.I.C.", Contact: "Travis Ralston", Registered: "2023-08-04",
	}}
	if diff := cmp.Diff(want, n.Registered); diff != "" {
		t.Errorf("8448 (-want +got):\n%s", diff)
	}
	if n.Source != r.List.Source || n.Known == nil {
		t.Errorf("8448: source %q, known %v; want the list's and our own layer", n.Source, n.Known)
	}
	if got := names(r.Lookup(6010, limen.TCP)); len(got) != 1 || got[0] != "x11" {
		t.Errorf("6010 is registered for %q, want x11", got)
	}
	found, err := r.Search("travis")
	if err != nil || len(found) != 0 {
		t.Errorf("Search(travis) = %v, %v; a contact is not what a number is known by", ports(found), err)
	}
	if found, _ := r.Search("gettys"); len(found) == 0 || found[len(found)-1].Port != 8008 {
		t.Errorf("Search(gettys) finds %v, want 8008 too", ports(found))
	}
}

func TestTheOfficialListIsReadWhole(t *testing.T) {
	l := readRealCSV(t)
	if l.Len() < 6000 {
		t.Errorf("the list has %d entries; IANA's has more than 6000 once transports are joined", l.Len())
	}
	for e := range l.all() {
		if e.entry.Name == "" && e.entry.Description == "" {
			t.Errorf("port %d has an entry that says nothing", e.port)
		}
		if strings.ContainsAny(e.entry.Assignee+e.entry.Contact, "[]_") {
			t.Errorf("port %d: %q and %q are not plain names", e.port, e.entry.Assignee, e.entry.Contact)
		}
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add(csvHeader + "svn,3690,tcp,Subversion,[Greg_Hudson_2],[Greg_Hudson_2],2003-01,,[RFC1][RFC2],,,\n")
	f.Add(csvHeader + "x11,6000-6063,tcp,X,,,,,,,,\nx11,6000-6063,udp,X,,,,,,,,\n")
	f.Add(csvHeader + "\"a\nb\",1,,\xff,[_1],[ 2],,,],,,\n")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ReadCSV(strings.NewReader(text))
		if err != nil {
			return
		}
		n := 0
		for e := range l.all() {
			port := e.port
			if n++; n > 50 {
				break
			}
			number := Registry{List: l}.Lookup(port, 0)
			if len(number.Registered) == 0 {
				t.Fatalf("port %d has an entry that Lookup does not find", port)
			}
			b, err := json.Marshal(number)
			if err != nil {
				t.Fatal(err)
			}
			var back limen.Number
			if err := json.Unmarshal(b, &back); err != nil || !cmp.Equal(number, back) {
				t.Fatalf("port %d changed in JSON: %v\n%s", port, err, cmp.Diff(number, back))
			}
		}
	})
}

// readRealCSV reads the copy of IANA's file that lies beside the project, or
// skips the test. The file is not part of the project.
func readRealCSV(t *testing.T) *List {
	t.Helper()
	files, err := filepath.Glob("../../../shared/data/iana-service-names-port-numbers-*.csv")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("no copy of IANA's official CSV beside the project, in ../shared/data")
	}
	f, err := os.Open(files[len(files)-1])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	l, err := ReadCSV(f)
	if err != nil {
		t.Fatalf("%s: %v", f.Name(), err)
	}
	l.Source = "IANA, " + filepath.Base(f.Name())
	return l
}
