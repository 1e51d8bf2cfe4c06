package platecamera

import (
	"strings"
)

// The bounds of one document.
const (
	nodesMax = 20_000
	depthMax = 64
)

// Node is one value of a document, whatever it was written in: an object, a list, a text or nothing. The zero Node is
// absent, and so is all that is looked up in it.
type Node struct {
	tree *tree
	at   int32
	only bool // it was asked for as the items of a list, and is none
}

// tree is a document's values; the first is its root. It is used again for the next document, but for what the events
// of one body have in common.
type tree struct {
	cells      []cell
	open       []element // in XML: those that have begun and not ended, innermost last
	shares     []Share
	candidates []Candidate
	texts      []string
}

// begin forgets the last document.
func (t *tree) begin() *tree {
	t.cells, t.open = t.cells[:0], t.open[:0]
	return t
}

// cell is a value: a name and a text as written, and where its children are.
type cell struct {
	name, text  string
	form        form
	escape      escape
	child, last int32 // the first and the last child; 0: none
	next        int32 // the next child of the same parent; 0: none
}

type form uint8

const (
	formObject form = iota
	formList
	formText
	formNull
)

// escape is how a text must be unwritten. It is done when the text is wanted, so that pictures stay as they are.
type escape uint8

const (
	escapeNone escape = iota
	escapeJSON
	escapeXML
)

// add makes a child, or reports that there are too many.
func (t *tree) add(parent int32, c cell) (int32, error) {
	if len(t.cells) == nodesMax {
		return 0, errTooMany
	}
	at := int32(len(t.cells))
	t.cells = append(t.cells, c)
	if at > 0 {
		t.link(parent, at)
	}
	return at, nil
}

func (t *tree) link(parent, at int32) {
	if last := t.cells[parent].last; last > 0 {
		t.cells[last].next = at
	} else {
		t.cells[parent].child = at
	}
	t.cells[parent].last = at
}

// root is the document itself.
func (t *tree) root() Node { return Node{tree: t} }

func (n Node) cell() *cell { return &n.tree.cells[n.at] }

// Exists reports whether the value is there, be it null.
func (n Node) Exists() bool { return n.tree != nil }

// IsObject reports whether it has named children.
func (n Node) IsObject() bool { return n.Exists() && n.cell().form == formObject }

// IsList reports whether it is a list.
func (n Node) IsList() bool { return n.Exists() && n.cell().form == formList }

// Name is the name that it has in its parent, without the prefix of a name space.
func (n Node) Name() string {
	if !n.Exists() {
		return ""
	}
	return n.cell().name
}

// Text is the text of a value, without blanks around it; "" for what has none. That of a list of one value is its: some
// programs forward XML as JSON in which all that could be repeated is a list.
func (n Node) Text() string {
	if !n.Exists() {
		return ""
	}
	c := n.cell()
	if c.form == formList && c.child > 0 && c.child == c.last {
		c = &n.tree.cells[c.child]
	}
	switch c.escape {
	case escapeJSON:
		return strings.TrimSpace(oneLine(unescapeJSON(c.text)))
	case escapeXML:
		return strings.TrimSpace(unescapeXML(c.text))
	}
	return strings.TrimSpace(c.text)
}

// lines is the text as it is, with its line breaks: it may be a whole document.
func (n Node) lines() string {
	if n.Exists() && n.cell().escape == escapeJSON {
		return strings.TrimSpace(unescapeJSON(n.cell().text))
	}
	return n.Text()
}

// oneLine is a text with blanks for its line breaks.
func oneLine(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\n", " "), "\r", " ")
}

// Child is the first of what is directly in n; Next is the one after it.
func (n Node) Child() Node {
	if !n.Exists() {
		return Node{}
	}
	return n.tree.node(n.cell().child)
}

// First is the first item of a list, of which Next are the others; of what is no list, it is itself, and the only one.
func (n Node) First() Node {
	if n.IsList() {
		return n.Child()
	}
	n.only = true
	return n
}

// Next is what stands after n in the same list or object.
func (n Node) Next() Node {
	if n.only || !n.Exists() {
		return Node{}
	}
	return n.tree.node(n.cell().next)
}

// Inner is the JSON that a text holds, as an envelope's programmer wrote it into a text; absent if it holds none.
func (n Node) Inner() Node {
	text := n.Text()
	if text == "" || text[0] != '{' && text[0] != '[' {
		return Node{}
	}
	if !n.Child().Exists() {
		t, before := n.tree, len(n.tree.cells)
		if r := (reader{tree: t, text: text}); r.value(n.at, "") != nil {
			t.cells = t.cells[:before]
			t.cells[n.at].child, t.cells[n.at].last = 0, 0
		}
	}
	return n.Child()
}

// node is the value at a place; 0, which is the root, stands for none.
func (t *tree) node(at int32) Node {
	if at == 0 {
		return Node{}
	}
	return Node{tree: t, at: at}
}

// Get goes down a path of names, in whatever case they are written.
func (n Node) Get(path ...string) Node {
	for _, name := range path {
		n = n.get(name)
	}
	return n
}

func (n Node) get(name string) Node {
	if !n.Exists() {
		return Node{}
	}
	for at := n.cell().child; at > 0; at = n.tree.cells[at].next {
		if strings.EqualFold(n.tree.cells[at].name, name) {
			return n.tree.node(at)
		}
	}
	return Node{}
}

// Any is the first of the named children that has a text.
func (n Node) Any(names ...string) Node {
	var found Node
	for _, name := range names {
		child := n.get(name)
		if child.Text() != "" {
			return child
		}
		if !found.Exists() {
			found = child
		}
	}
	return found
}

// Find is the first value of that name at any depth, nearer the root before deeper.
func (n Node) Find(name string) Node {
	found, _ := n.nearest(name, 2*depthMax) // a text may hold a document of its own (Inner)
	return found
}

// nearest is Find within so many levels below n, and on which of them it is.
func (n Node) nearest(name string, levels int) (found Node, level int) {
	level = levels + 1
	for child := n.Child(); child.Exists() && level > 1; child = child.Next() {
		if strings.EqualFold(child.cell().name, name) {
			return child, 1
		}
		if deeper, below := child.nearest(name, level-2); deeper.Exists() {
			found, level = deeper, below+1
		}
	}
	return found, level
}
