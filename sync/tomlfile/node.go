package tomlfile

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// node is a place in a file: a table with fields, a list with items, or a value with neither.
type node struct {
	parent *node
	name   string // the key in the parent table
	index  int    // the index in the parent list; -1 in a table
	depth  int
	key    span // what a header or a pair calls it
	value  span // what a problem with its value points at: for a table with a header, the key
	fields map[string]*node
	items  []*node
}

// field is the node of that name in a table, made if it is not there.
func (n *node) field(name string, key span) *node {
	if found := n.fields[name]; found != nil {
		return found
	}
	if n.fields == nil {
		n.fields = map[string]*node{}
	}
	made := &node{parent: n, name: name, index: -1, depth: n.depth + 1, key: key, value: key}
	n.fields[name] = made
	return made
}

// item appends a node to a list.
func (n *node) item(at span) *node {
	made := &node{parent: n, index: len(n.items), depth: n.depth + 1, key: at, value: at}
	n.items = append(n.items, made)
	return made
}

// find follows a path as far as it leads.
func (n *node) find(path []any) (found *node, all bool) {
	for _, step := range path {
		next := n.step(step)
		if next == nil {
			return n, false
		}
		n = next
	}
	return n, true
}

func (n *node) step(step any) *node {
	index, isIndex := step.(int)
	if !isIndex {
		return n.fields[fmt.Sprint(step)]
	}
	if index < 0 || index >= len(n.items) {
		return nil
	}
	return n.items[index]
}

// path is the way from the root to the node.
func (n *node) path() []any {
	if n.parent == nil {
		return nil
	}
	if n.index >= 0 {
		return append(n.parent.path(), n.index)
	}
	return append(n.parent.path(), n.name)
}

// pathText writes a path as a person reads it: gate[2].relay.pulse_ms, lists counted from 1.
func pathText(path []any) string {
	var b strings.Builder
	for _, step := range path {
		if index, isIndex := step.(int); isIndex {
			fmt.Fprintf(&b, "[%d]", index+1)
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(quotedKey(fmt.Sprint(step)))
	}
	return b.String()
}

var bareKey = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// quotedKey writes a key as it must stand in the file.
func quotedKey(name string) string {
	if bareKey.MatchString(name) {
		return name
	}
	return strconv.Quote(name)
}
