package tomlfile_test

import (
	"strings"
	"testing"

	"gatehouse/sync/tomlfile"
)

func TestTheSecondPassPointsAtValues(t *testing.T) {
	file := "[[gate]]\n" +
		"driver = \"relay\"\n" +
		"\n" +
		"[[gate]]\n" +
		"driver = \"reley\"\n" +
		"lines = [ [1],\n  { pin = 4 } ]\n" +
		"[gate.loop.arming]\n" +
		"[zone]\n" +
		"a.b = 3\n"
	cases := []struct {
		path         []any
		line, column int
	}{
		{[]any{"gate", 1, "driver"}, 5, 10},
		{[]any{"gate", 0}, 1, 3},
		{[]any{"gate", 1}, 4, 3},
		{[]any{"gate", 1, "lines"}, 6, 9},
		{[]any{"gate", 1, "lines", 0, 0}, 6, 12},
		{[]any{"gate", 1, "lines", 1}, 7, 3},
		{[]any{"gate", 1, "lines", 1, "pin"}, 7, 11},
		{[]any{"gate", 1, "loop"}, 8, 7},
		{[]any{"gate", 1, "loop", "arming"}, 8, 12},
		{[]any{"zone", "a", "b"}, 10, 7},
		{[]any{"zone", "a"}, 10, 1},
		{[]any{"gate", 1, "display", "driver"}, 4, 3},
		{[]any{"gate", 7}, 4, 3},
		{[]any{"name"}, 1, 1},
		{nil, 1, 1},
	}
	document := parse(t, file)
	for _, c := range cases {
		if p := document.Problem(c.path, "wrong", ""); p.Line != c.line || p.Column != c.column {
			t.Errorf("%v is at %d:%d, want %d:%d", c.path, p.Line, p.Column, c.line, c.column)
		}
	}

	problem := document.Problem([]any{"gate", 1, "driver"}, "no such driver", tomlfile.Advice("reley", []string{"hcsr04", "relay"}))
	want := `site.toml:5:10: gate[2].driver: no such driver; did you mean relay?
    driver = "reley"
             ^^^^^^^`
	if problem.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", problem, want)
	}
}

func TestProblemsOfAPassAreAnErrorOnlyIfThereAreAny(t *testing.T) {
	var problems tomlfile.Problems
	if err := problems.Err(); err != nil {
		t.Errorf("no problem is the error %v", err)
	}
	document := parse(t, "a = 1\nb = 2\n")
	problems = append(problems, document.Problem([]any{"b"}, "later", ""), document.Problem([]any{"a"}, "earlier", ""))
	text := problems.Err().Error()
	if strings.Index(text, "earlier") > strings.Index(text, "later") {
		t.Errorf("not in the order of the file:\n%s", text)
	}
}

func TestBrokenSyntaxIsSaidInPlainWords(t *testing.T) {
	cases := []struct{ file, want string }{
		{"a = foo", "1:5: this is no value"},
		{"a = 500ms", "1:8: this is no value"},
		{"a = True", "1:5: this is no value"},
		{"a =", "1:3: the value is missing"},
		{"a = 1 b = 2", "1:7: something is left over after the value"},
		{"a : 1", "1:3: no = after the key"},
		{"= 1", "1:1: a key can't begin like this"},
		{"a = \"é\nb = 1", "1:7: the closing quote is missing"},
		{"a = \"é", "1:6: the closing quote is missing"},
		{"a = 'x\n", "1:7: the closing quote is missing"},
		{"a = 'x", "1:6: the closing quote is missing"},
		{"a = \"\"\"x", `1:8: the closing """ is missing`},
		{`a = "C:\qr"`, `1:8: \ has a meaning of its own in "…"`},
		{"[[a]\n", "1:4: the closing ]] is missing"},
		{"[a\n", "1:3: the closing ] is missing"},
		{"a = [1, 2\nb = 3", "2:1: the list does not end"},
		{"a = [", "1:5: the list does not end"},
		{"a = { b = 1\n", "1:12: the { } table does not end"},
		{"a = { b = 1\nc = 2", "2:1: the { } table does not end"},
		{"a = { b = 1", "1:11: the { } table does not end"},
		{"a = 007", "1:5: a number can't begin with 0"},
		{"a = 2026-02-30", "1:13: there is no such date"},
		{"a = 1\na = 2", "2:1: a: key a is already defined; keep one of them"},
		{"[a]\n[[a]]", "2:3: a: key a already exists as a table, but should be an array table; write [[name]] at each table of a list, or [name] once"},
		{"[[a]]\n[a]", "2:2: a: table a already exists as an array of tables; write [[name]] at each table of a list, or [name] once"},
		{"a = 99999999999999999999", "1:5: decimal number is too large to fit in a 64-bit signed integer"},
		{"a = \"\xff\"", "1:6: not UTF-8 text; save the file as UTF-8"},
		{"\xff\xfea\x00", "1:1: not UTF-8 text; save the file as UTF-8"},
		{strings.Repeat("a.", 100) + "a = 1", "1:129: more than 64 tables or lists within each other"},
		{"a = " + strings.Repeat("[", 100) + strings.Repeat("]", 100), "1:5: more than 64 tables or lists within each other"},
		{strings.Repeat("#", tomlfile.BytesMax+1), "1:1: the file has 4194305 bytes, more than 4194304; split it"},
	}
	for _, c := range cases {
		_, err := tomlfile.Parse("site.toml", []byte(c.file))
		if err == nil || !strings.HasPrefix(err.Error(), "site.toml:"+c.want) {
			t.Errorf("%.40q\ngot  %v\nwant %s", c.file, err, c.want)
		}
	}
}

func TestWhatOtherEditorsWriteIsRead(t *testing.T) {
	document := parse(t, "\ufeffname = \"x\"\r\nsize = 1\r\n")
	problem := document.Problem([]any{"size"}, "too small", "")
	if want := "site.toml:2:8: size: too small\n    size = 1\n           ^"; problem.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", problem, want)
	}
}

func TestAnExcerptIsSafeToPrintAndShort(t *testing.T) {
	long := "note = \"" + strings.Repeat("é", 500) + "\" # \u202e" + strings.Repeat("x", 500)
	problem := parse(t, long).Problem([]any{"note"}, "too long", "")
	if line, _, _ := strings.Cut(problem.Excerpt, "\n"); len([]rune(line)) > 120 {
		t.Errorf("an excerpt of %d characters", len([]rune(line)))
	}
	_, err := tomlfile.Parse("site.toml", []byte("a = \"\x1b[2J\""))
	if err == nil || strings.Contains(err.Error(), "\x1b") || !strings.Contains(err.Error(), "·[2J") {
		t.Errorf("an escape sequence reaches the terminal: %q", err)
	}
}

func parse(t *testing.T, file string) *tomlfile.Document {
	t.Helper()
	document, err := tomlfile.Parse("site.toml", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	return document
}
