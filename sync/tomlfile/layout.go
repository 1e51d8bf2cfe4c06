package tomlfile

import (
	"fmt"

	"github.com/pelletier/go-toml/v2/unstable"
)

// depthMax bounds tables within tables; our own files need five.
const depthMax = 64

// layout finds the place of everything in a file whose syntax is known to be right.
type layout struct {
	source  source
	tooDeep Problems // at most one
}

func layOut(src source) (*node, error) {
	l := layout{source: src}
	root := &node{index: -1}
	table := root
	var parser unstable.Parser
	parser.Reset(src.text)
	for parser.NextExpression() && l.tooDeep == nil {
		expression := parser.Expression()
		switch expression.Kind {
		case unstable.Table:
			table = l.header(root, expression)
		case unstable.ArrayTable:
			list := l.header(root, expression)
			table = list.item(list.key)
		default:
			l.pair(table, expression)
		}
	}
	return root, l.tooDeep.Err()
}

// header finds or makes the table that a header names, and places it there.
func (l *layout) header(root *node, expression *unstable.Node) *node {
	table := l.follow(root, expression.Key())
	table.value = table.key
	return table
}

// follow walks down a dotted key. A list on the way stands for its last item, as TOML has it.
func (l *layout) follow(from *node, keys unstable.Iterator) *node {
	at := from
	for keys.Next() {
		if len(at.items) > 0 {
			at = at.items[len(at.items)-1]
		}
		key := spanOf(keys.Node().Raw)
		at = at.field(string(keys.Node().Data), key)
		if keys.IsLast() {
			at.key = key
		}
		if !l.shallow(at) {
			break
		}
	}
	return at
}

// pair places a key and its value.
func (l *layout) pair(table *node, expression *unstable.Node) {
	at := l.follow(table, expression.Key())
	start := at.key.end
	for start < len(l.source.text) && isBlankOrEquals(l.source.text[start]) {
		start++
	}
	at.value = span{start, start + 1} // the bracket of a list, of which the parser tells no place
	l.value(at, expression.Value())
}

// value places a value and what is in it.
func (l *layout) value(at *node, value *unstable.Node) {
	if value.Raw.Length > 0 {
		at.value = spanOf(value.Raw)
	}
	if !l.shallow(at) {
		return
	}
	children := value.Children()
	for children.Next() {
		if value.Kind == unstable.InlineTable {
			l.pair(at, children.Node())
		} else {
			l.value(at.item(at.value), children.Node())
		}
	}
}

// shallow reports whether the file may go on below the node.
func (l *layout) shallow(at *node) bool {
	if at.depth > depthMax && l.tooDeep == nil {
		what := fmt.Sprintf("more than %d tables or lists within each other", depthMax)
		l.tooDeep = Problems{l.source.problem(at.value, "", what, "")}
	}
	return l.tooDeep == nil
}

func isBlankOrEquals(b byte) bool { return b == ' ' || b == '\t' || b == '=' }

func spanOf(raw unstable.Range) span {
	return span{int(raw.Offset), int(raw.Offset + raw.Length)}
}
