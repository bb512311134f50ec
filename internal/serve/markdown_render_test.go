package serve

import (
	"bufio"
	"io"
	"strings"
	"testing"
)

// A rendering is a document and the page that is made of it.
type rendering struct{ source, page string }

// renderings are by what CommonMark 0.31 and GitHub Flavored Markdown say, but
// for what could do harm.
var renderings = []struct {
	of   string
	rows []rendering
}{
	{"headings", []rendering{
		{"# One\n## Two ##\n####### seven\n#none", "<h1 id=\"one\">One</h1>\n<h2 id=\"two\">Two</h2>\n<p>####### seven\n#none</p>"},
		{"Title\n=====\nSub *title*\n---\n", "<h1 id=\"title\">Title</h1>\n<h2 id=\"sub-title\">Sub <em>title</em></h2>"},
		{"# Same\n# Same\n# Same-1\n# !\n# Größe & `code`", "<h1 id=\"same\">Same</h1>\n<h1 id=\"same-1\">Same</h1>\n<h1 id=\"same-1-1\">Same-1</h1>\n<h1 id=\"heading\">!</h1>\n<h1 id=\"größe--code\">Größe &amp; <code>code</code></h1>"},
		{"> # Within\n> ## See [this](b) and\n\n- Two\n  lines\n  ===\n", "<blockquote>\n<h1 id=\"within\">Within</h1>\n<h2 id=\"see-this-and\">See <a href=\"b\">this</a> and</h2>\n</blockquote>\n<ul>\n<li>\n<h1 id=\"two-lines\">Two\nlines</h1>\n</li>\n</ul>"},
		{"not\na rule\n\n---\n***\n_ _ _\n", "<p>not\na rule</p>\n<hr>\n<hr>\n<hr>"},
		{"    # code\n # one", "<pre><code># code\n</code></pre>\n<h1 id=\"one\">one</h1>"},
	}},
	{"code", []rendering{
		{"    a\n\n      b\n\n\n\nc", "<pre><code>a\n\n  b\n</code></pre>\n<p>c</p>"},
		{"```go run\n<a>\n```\n~~~\n```\n~~~~\n", "<pre><code class=\"language-go\">&lt;a&gt;\n</code></pre>\n<pre><code>```\n</code></pre>"},
		{"  ```\n  a\n   b\n  ```", "<pre><code>a\n b\n</code></pre>"},
		{"> ```\n> a\n\nb", "<blockquote>\n<pre><code>a\n</code></pre>\n</blockquote>\n<p>b</p>"},
		{"``` a`b\nc", "<p>``` a`b\nc</p>"},
		{"\ta\n  \tb", "<pre><code>a\nb\n</code></pre>"},
	}},
	{"quotes", []rendering{
		{"> a\nb\n> c\n\n> d", "<blockquote>\n<p>a\nb\nc</p>\n</blockquote>\n<blockquote>\n<p>d</p>\n</blockquote>"},
		{"> # a\n> - b\n>\n>   c", "<blockquote>\n<h1 id=\"a\">a</h1>\n<ul>\n<li>\n<p>b</p>\n<p>c</p>\n</li>\n</ul>\n</blockquote>"},
		{">a\n>> b\n---\n", "<blockquote>\n<p>a</p>\n<blockquote>\n<p>b</p>\n</blockquote>\n</blockquote>\n<hr>"},
		{">     code\n\n>    text", "<blockquote>\n<pre><code>code\n</code></pre>\n</blockquote>\n<blockquote>\n<p>text</p>\n</blockquote>"},
	}},
	{"lists", []rendering{
		{"- a\n- b\n* c\n", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<ul>\n<li>c</li>\n</ul>"},
		{"1. a\n2. b\n7) c\n", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n<ol start=\"7\">\n<li>c</li>\n</ol>"},
		{"- a\n\n- b\n", "<ul>\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n</li>\n</ul>"},
		{"- a\n  - b\n    - c\n- d", "<ul>\n<li>a\n<ul>\n<li>b\n<ul>\n<li>c</li>\n</ul>\n</li>\n</ul>\n</li>\n<li>d</li>\n</ul>"},
		{"- a\n\n  b\n-\n  c\n- \n\n  d", "<ul>\n<li>\n<p>a</p>\n<p>b</p>\n</li>\n<li>\n<p>c</p>\n</li>\n<li></li>\n</ul>\n<p>d</p>"},
		{"text\n- a\n\ntext\n2. no\n1. yes", "<p>text</p>\n<ul>\n<li>a</li>\n</ul>\n<p>text\n2. no</p>\n<ol>\n<li>yes</li>\n</ol>"},
		{"- ```\n  a\n  ```\n-     b", "<ul>\n<li>\n<pre><code>a\n</code></pre>\n</li>\n<li>\n<pre><code>b\n</code></pre>\n</li>\n</ul>"},
		{"- a\nb\n\n      c", "<ul>\n<li>\n<p>a\nb</p>\n<pre><code>c\n</code></pre>\n</li>\n</ul>"},
		{"10. a\n\n    b\n  11. c", "<ol start=\"10\">\n<li>\n<p>a</p>\n<p>b</p>\n</li>\n<li>\n<p>c</p>\n</li>\n</ol>"},
		{"- *a* [x] b\n\n  [x] c\n", "<ul>\n<li>\n<p><em>a</em> [x] b</p>\n<p>[x] c</p>\n</li>\n</ul>"},
		{"- [ ] todo\n- [x] *done*\n- [X] too\n- [y] no\n- [x]no", "<ul>\n<li><input disabled=\"\" type=\"checkbox\"> todo</li>\n<li><input checked=\"\" disabled=\"\" type=\"checkbox\"> <em>done</em></li>\n<li><input checked=\"\" disabled=\"\" type=\"checkbox\"> too</li>\n<li>[y] no</li>\n<li>[x]no</li>\n</ul>"},
	}},
	{"tables", []rendering{
		{"| a | b |\n|---|:-:|\n| 1 | ~~2~~ |\n| 3 |\n| 4 | 5 | 6 |\n\nafter", "<table>\n<thead>\n<tr>\n<th>a</th>\n<th align=\"center\">b</th>\n</tr>\n</thead>\n<tr>\n<td>1</td>\n<td align=\"center\"><del>2</del></td>\n</tr>\n<tr>\n<td>3</td>\n<td align=\"center\"></td>\n</tr>\n<tr>\n<td>4</td>\n<td align=\"center\">5</td>\n</tr>\n</table>\n<p>after</p>"},
		{"a | b\n:- | -:\n`x \\| y` | z\n> quote", "<table>\n<thead>\n<tr>\n<th align=\"left\">a</th>\n<th align=\"right\">b</th>\n</tr>\n</thead>\n<tr>\n<td align=\"left\"><code>x | y</code></td>\n<td align=\"right\">z</td>\n</tr>\n</table>\n<blockquote>\n<p>quote</p>\n</blockquote>"},
		{"above\n| a |\n| - |", "<p>above</p>\n<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n</table>"},
		{"|a|b|c|\n|-|-|-|\n|``x`\\|`` \\| y|\\\\|`\\`|", "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n<th>c</th>\n</tr>\n</thead>\n<tr>\n<td><code>x`|</code> | y</td>\n<td>\\</td>\n<td><code>\\</code></td>\n</tr>\n</table>"},
		{"| a | b |\n| - |", "<p>| a | b |\n| - |</p>"},
		{"- | a |\n  |---|\n  | b |", "<ul>\n<li>\n<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tr>\n<td>b</td>\n</tr>\n</table>\n</li>\n</ul>"},
		{"| a |\n|---|\n# h", "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n</table>\n<h1 id=\"h\">h</h1>"},
	}},
	{"emphasis", []rendering{
		{"*a* **b** ***c*** _d_ __e__", "<p><em>a</em> <strong>b</strong> <em><strong>c</strong></em> <em>d</em> <strong>e</strong></p>"},
		{"a*b*c a_b_c 2*3*4", "<p>a<em>b</em>c a_b_c 2<em>3</em>4</p>"},
		{"**a*b**c*", "<p><strong>a*b</strong>c*</p>"},
		{"*a **b* c**", "<p><em>a <em><em>b</em> c</em></em></p>"},
		{"* a*", "<ul>\n<li>a*</li>\n</ul>"},
		{"**bold *both* bold**", "<p><strong>bold <em>both</em> bold</strong></p>"},
		{"~~a~~ ~b~ ~~~c~~~ ~~a~", "<p><del>a</del> <del>b</del> ~~~c~~~ ~~a~</p>"},
		{`\*a\* *a\**`, "<p>*a* <em>a*</em></p>"},
		{`"*a*" (**b**)`, "<p>&quot;<em>a</em>&quot; (<strong>b</strong>)</p>"},
		{"*(**a**)*", "<p><em>(<strong>a</strong>)</em></p>"},
		{"__a_b__", "<p><strong>a_b</strong></p>"},
	}},
	{"links", []rendering{
		{`[a](b) [c](<d e> "f") [g]() ![h *i*](j 'k')`, `<p><a href="b">a</a> <a href="d%20e" title="f">c</a> <a href="">g</a> <img src="j" alt="h i" title="k"></p>`},
		{"[a]: /b 'c'\n[D e]: <f>\n\n[a] [x][A] [d  E][] [none] [a][none]", `<p><a href="/b" title="c">a</a> <a href="/b" title="c">x</a> <a href="f">d  E</a> [none] [a][none]</p>`},
		{"[a](b [c](d) e)", `<p>[a](b <a href="d">c</a> e)</p>`},
		{"[![a](b)](c)", `<p><a href="c"><img src="b" alt="a"></a></p>`},
		{`[a](b\)c(d)) [a](b c)`, `<p><a href="b)c(d)">a</a> [a](b c)</p>`},
		{"[*a](b)*", `<p><a href="b">*a</a>*</p>`},
		{"<https://a.b/c> <a@b.c> <no link> <a:b>", `<p><a href="https://a.b/c">https://a.b/c</a> <a href="mailto:a@b.c">a@b.c</a>  &lt;a:b&gt;</p>`},
		{"https://a.b/c_d_e?f=g&h=i. (www.j.org/k(l)) m.n@o.org, http://", `<p><a href="https://a.b/c_d_e?f=g&amp;h=i">https://a.b/c_d_e?f=g&amp;h=i</a>. (<a href="http://www.j.org/k(l)">www.j.org/k(l)</a>) <a href="mailto:m.n@o.org">m.n@o.org</a>, http://</p>`},
		{"*https://a.b* ~~www.c.d~~ https://e.f/(g), https://h.i&amp; xhttps://j.k", `<p><em><a href="https://a.b">https://a.b</a></em> <del><a href="http://www.c.d">www.c.d</a></del> <a href="https://e.f/(g)">https://e.f/(g)</a>, <a href="https://h.i">https://h.i</a>&amp; xhttps://j.k</p>`},
		{"https:// www. a@b c@d.e- HTTP://F", `<p>https:// www. a@b c@d.e- <a href="HTTP://F">HTTP://F</a></p>`},
		{"[a https://b.c](d) `e`https://f.g", `<p><a href="d">a https://b.c</a> <code>e</code>https://f.g</p>`},
		{"[https://a.b](c) `https://d.e`", `<p><a href="c">https://a.b</a> <code>https://d.e</code></p>`},
		{"[a]: b \"c\" d\n\n[a]", "<p>[a]: b &quot;c&quot; d</p>\n<p>[a]</p>"},
		{"[a]:\n  /b\n  'c\n  d'\n\n[a]", "<p><a href=\"/b\" title=\"c\n  d\">a</a></p>"},
		{"[a](&quot;b&amp;c%20d%) [ä](ö)", `<p><a href="%22b&amp;c%20d%25">a</a> <a href="%C3%B6">ä</a></p>`},
	}},
	{"signs", []rendering{
		{"&copy; &#65;&#x42; &copy &nope; &#0; &#x;", "<p>© AB &amp;copy &amp;nope; � &amp;#x;</p>"},
		{`\# \a \\ \&amp;`, `<p># \a \ &amp;amp;</p>`},
		{"``a ` b`` ` c ` `d", "<p><code>a ` b</code> <code>c</code> `d</p>"},
		{"a  \nb\\\nc\nd", "<p>a<br>\nb<br>\nc\nd</p>"},
		{"`a\n b`", "<p><code>a b</code></p>"},
		{"<b>x</b> <!-- y --> z <br/>", "<p>x  z </p>"},
		{`1 < 2 > 1 & "q" 'r'`, "<p>1 &lt; 2 &gt; 1 &amp; &quot;q&quot; 'r'</p>"},
	}},
	{"markup", []rendering{
		{"<div>\n*a*\n\n*b*\n</div>\n\nc", "<p><em>b</em></p>\n<p>c</p>"},
		{"<script>\n\nalert(1)\n</script>\nafter", "<p>after</p>"},
		{"<!-- a\n\nb -->\nc", "<p>c</p>"},
		{"a\n<b title='>'>\nc", "<p>a\n\nc</p>"},
		{`<a href="x">y</a>`, "<p>y</p>"},
	}},
	{"harm", []rendering{
		{`[a](javascript:b) [a](JAVASCRIPT:b) [a](&#106;avascript:b) [a](java&Tab;script:b) [a](\javascript:b)`, `<p><a href="">a</a> <a href="">a</a> <a href="">a</a> <a href="java%09script:b">a</a> <a href="%5Cjavascript:b">a</a></p>`},
		{"![a](data:text/html,b) ![a](data:image/png;base64,AA==) [a](data:image/png;base64,AA==)", `<p><img src="" alt="a"> <img src="data:image/png;base64,AA==" alt="a"> <a href="data:image/png;base64,AA==">a</a></p>`},
		{"<javascript:a> [a](vbscript:b) [a](file:///b)", "<p><a href=\"\">javascript:a</a> <a href=\"\">a</a> <a href=\"\">a</a></p>"},
		{`[a](b "\" onclick=\"c") ![" onerror="](d)`, `<p><a href="b" title="&quot; onclick=&quot;c">a</a> <img src="d" alt="&quot; onerror=&quot;"></p>`},
		{"```\"><script>\na\n```", "<pre><code class=\"language-&quot;&gt;&lt;script&gt;\">a\n</code></pre>"},
		{`# "><script>`, `<h1 id="heading">&quot;&gt;</h1>`},
		{"\x00a\ufeff", "<p>�a\ufeff</p>"},
	}},
}

func rendered(source string) string {
	var page strings.Builder
	out := bufio.NewWriter(&page)
	writeMarkdown(out, []byte(source))
	out.Flush()
	return strings.TrimSuffix(page.String(), "\n")
}

func TestMarkdownIsRenderedAsPeopleKnowIt(t *testing.T) {
	for _, r := range renderings {
		t.Run(r.of, func(t *testing.T) {
			for _, row := range r.rows {
				if got := rendered(row.source); got != row.page {
					t.Errorf("%q:\n got %q\nwant %q", row.source, got, row.page)
				}
			}
		})
	}
}

func TestLinesMayEndAsOnWindows(t *testing.T) {
	for _, r := range renderings {
		for _, row := range r.rows {
			if got := rendered(strings.ReplaceAll(row.source, "\n", "\r\n")); got != row.page {
				t.Errorf("%q:\n got %q\nwant %q", row.source, got, row.page)
			}
		}
	}
}

func TestMoreSignsThanAnybodyWritesAreText(t *testing.T) {
	for _, c := range []struct {
		sign, element string
		in            int // of these signs in one sample
	}{{"*a* ", "<em>", 2}, {"~a~ ", "<del>", 2}, {"[a](b) ", "<a ", 2}} {
		page := rendered(strings.Repeat(c.sign, mostSigns) + "\n\n" + c.sign)
		if got, want := strings.Count(page, c.element), mostSigns/c.in+1; got != want {
			t.Errorf("%d times %q made %d %s; want %d, one of them in the next paragraph", mostSigns, c.sign, got, c.element, want)
		}
	}
}

func TestMoreDefinitionsThanAnybodyWritesAreText(t *testing.T) {
	if page := rendered(strings.Repeat("[a]: b\n", mostDefinitions) + "\n[a]"); page != `<p><a href="b">a</a></p>` {
		t.Errorf("%d definitions: %.200q", mostDefinitions, page)
	}
	if page := rendered(strings.Repeat("[a]: b\n", mostDefinitions+1)); !strings.HasPrefix(page, "<p>[a]: b\n") {
		t.Errorf("one more: %.200q", page)
	}
}

func TestShortRowsBelowALongHeadAreNotAllFilledUp(t *testing.T) {
	const columns = 1000
	page := rendered(strings.Repeat("|a", columns) + "\n" + strings.Repeat("|-", columns) + "\n" + strings.Repeat("a\n", 2*mostCells/columns))
	if got := strings.Count(page, "<td>"); got < mostCells/2 || got > mostCells+columns {
		t.Errorf("%d cells; want about %d", got, mostCells)
	}
	if got := strings.Count(page, "<td>a</td>"); got != 2*mostCells/columns {
		t.Errorf("%d cells with text; none may be lost of %d", got, 2*mostCells/columns)
	}
}

// Whatever takes time by the square of its length here takes minutes, and go
// test gives up.
func TestADocumentTakesTimeByItsLength(t *testing.T) {
	const most = mostMarkdown / 2
	for _, part := range []string{
		"*a ", "*a **b ", "**a *b_ ", "_a*", "~a~~ ", "[", "![", "]", "[a](", "[a][", "[a](<b", "[a](b \"", "[a](b 'c", "[![a](b)](c) ", "[a\n", "[a]: b 'x\n",
		"<!--", "<!A ", "<?", "<a ", "<a b='", "<![CDATA[", "&", "&a", "\\!", "`", "``a` ", "a@", "a.", "www.a", "https://a)", "https://a&b;", "h",
		"a\n", "- a\n", "- a\n\n", "|a", "|a|b|\n", "a|b\n-|-\n", "x\n===\n", "> a\n", "<script>\n", "~~~\na", "\t", "# a\n", "[a]\n\n",
		"[a]: b\n", "[a]:\n", "[a]: b\n'", "[a](&", "(https://", "_www.a", " a@b.", "***a", "[*a*](b", "&#1;", "\\|`", "+ a\n 1) b\n", "*", "~", "**\n",
	} {
		writeMarkdown(bufio.NewWriter(io.Discard), []byte(strings.Repeat(part, most/len(part))))
	}
	for _, half := range [][2]string{{"[", "]"}, {"[a", "](b)"}, {"![", "](a)"}, {"*a", "a*"}, {"**x", "y*"}, {"_a *b ", "c* d_"}, {"[", "[a](b) "}, {"![", "[a](b) "}, {"<!--a ", "-->"}, {"https://a", ")))"}, {"https://a(", ")"}, {"|a", "\n"}, {"`", "a`"}} {
		writeMarkdown(bufio.NewWriter(io.Discard), []byte(strings.Repeat(half[0], most/2/len(half[0]))+strings.Repeat(half[1], most/2/len(half[1]))))
	}
}
