package platecamera

import (
	"iter"
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
}

// tree is a document's values; the first is its root.
type tree struct {
	cells []cell
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

// Text is the text of a value, without blanks around it; "" for what has none.
func (n Node) Text() string {
	if !n.Exists() {
		return ""
	}
	c := n.cell()
	switch c.escape {
	case escapeJSON:
		return strings.TrimSpace(unescapeJSON(c.text))
	case escapeXML:
		return strings.TrimSpace(unescapeXML(c.text))
	}
	return strings.TrimSpace(c.text)
}

// Children visits what is directly in n.
func (n Node) Children() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		if !n.Exists() {
			return
		}
		for at := n.cell().child; at > 0; at = n.tree.cells[at].next {
			if !yield(Node{n.tree, at}) {
				return
			}
		}
	}
}

// Items visits the items of a list; of what is no list, itself.
func (n Node) Items() iter.Seq[Node] {
	if n.IsList() {
		return n.Children()
	}
	return func(yield func(Node) bool) {
		if n.Exists() {
			yield(n)
		}
	}
}

// First is the first item of a list; of what is no list, itself.
func (n Node) First() Node {
	for item := range n.Items() {
		return item
	}
	return Node{}
}

// Get goes down a path of names, in whatever case they are written.
func (n Node) Get(path ...string) Node {
	for _, name := range path {
		n = n.get(name)
	}
	return n
}

func (n Node) get(name string) Node {
	for child := range n.Children() {
		if strings.EqualFold(child.cell().name, name) {
			return child
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
	level := []Node{n}
	for len(level) > 0 {
		var below []Node
		for _, parent := range level {
			for child := range parent.Children() {
				if strings.EqualFold(child.cell().name, name) {
					return child
				}
				if child.cell().child > 0 {
					below = append(below, child)
				}
			}
		}
		level = below
	}
	return Node{}
}
