package tidy

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// pure are the packages whose results are a function of their arguments, on every machine.
var pure = []string{
	"sync/fact", "sync/platetext", "sync/crdt", "sync/policy", "sync/wire", "sync/outbox",
	"gateway/gate", "gateway/tariff", "gateway/occupancy", "gateway/plate", "gateway/booking", "gateway/lot",
	"cloud/ledger", "drivers/lorawan/payload",
}

// impure are the packages, with all below them, that a pure package must not import.
var impure = []string{
	"os", "io/fs", "net", "log", "context", "sync", "syscall", "runtime", "unsafe",
	"math/rand", "math/cmplx", "crypto/rand", "testing",
}

// timeCalls read a clock, wait for one, or look into the machine's zone files. A location is an argument.
var timeCalls = []string{
	"time.Now", "time.Since", "time.Until", "time.Sleep", "time.After", "time.AfterFunc", "time.Tick",
	"time.NewTimer", "time.NewTicker", "time.LoadLocation", "time.Local",
}

// orderMark begins a comment on the line of, or above, something that visits a map in its random order, and goes
// on with the reason for which the order can't show:
//
//	// any order: a sum is the same in each
//	for _, part := range parts {
//
// No mark is needed for slices.Sorted(maps.Keys(m)), which is what to write otherwise.
const orderMark = "// any order: "

func isPure(dir string) bool {
	name, _, _ := family(dir)
	return slices.Contains(pure, name)
}

// rulePurity: pure packages have no goroutine, clock, float, input or output, and no map order.
func rulePurity(t *tree) []finding {
	findings := []finding{}
	for _, p := range t.packages {
		if !isPure(p.dir) {
			continue
		}
		info := t.check(p)
		for _, f := range p.files {
			findings = append(findings, pureImports(t, f)...)
			excused := inOrder(t, f, info)
			ast.Inspect(f.syntax, func(n ast.Node) bool {
				why := impurity(n, info)
				if why == "" && !excused(n) {
					why = mapOrder(n, info)
				}
				if why != "" {
					findings = append(findings, t.at(n.Pos(), "%s: not in a pure package", why))
				}
				return true
			})
		}
	}
	return findings
}

func pureImports(t *tree, f *file) []finding {
	findings := []finding{}
	for imported, pos := range f.imports() {
		dir, ours := strings.CutPrefix(imported, module+"/")
		if ours && !isPure(dir) {
			findings = append(findings, t.at(pos, "imports %s, which is not pure: not in a pure package", dir))
		}
		for _, name := range impure {
			if below(imported, name) {
				findings = append(findings, t.at(pos, "imports %s: not in a pure package", imported))
			}
		}
	}
	return findings
}

// impurity says what is not pure about a piece of syntax by itself, or "".
func impurity(n ast.Node, info *types.Info) string {
	switch n := n.(type) {
	case *ast.GoStmt, *ast.SelectStmt, *ast.SendStmt, *ast.ChanType:
		return "goroutines and channels"
	case *ast.UnaryExpr:
		if n.Op == token.ARROW {
			return "goroutines and channels"
		}
	case *ast.SelectorExpr:
		name := qualified(info, n)
		if slices.Contains(timeCalls, name) {
			return name
		}
		if isFloatMath(name) {
			return name + " counts in floats"
		}
	case *ast.BasicLit:
		if n.Kind == token.FLOAT || n.Kind == token.IMAG {
			return "the float " + n.Value
		}
	case *ast.Ident:
		if isFloat(info.Uses[n]) {
			return n.Name
		}
	}
	return ""
}

// isFloatMath reports whether a name of package math is one of its functions; its constants of whole numbers are
// welcome.
func isFloatMath(name string) bool {
	constant, found := strings.CutPrefix(name, "math.")
	return found && !strings.HasPrefix(constant, "MaxInt") && !strings.HasPrefix(constant, "MinInt") && !strings.HasPrefix(constant, "MaxUint")
}

// isFloat reports whether an identifier means one of Go's own float types.
func isFloat(object types.Object) bool {
	if object == nil || object.Pkg() != nil {
		return false
	}
	basic, isBasic := object.Type().(*types.Basic)
	_, isType := object.(*types.TypeName)
	return isBasic && isType && basic.Info()&(types.IsFloat|types.IsComplex) != 0
}

// mapOrder says that a piece of syntax visits a map in its random order, or "".
func mapOrder(n ast.Node, info *types.Info) string {
	switch n := n.(type) {
	case *ast.RangeStmt:
		if ranged := info.TypeOf(n.X); ranged != nil {
			if _, isMap := ranged.Underlying().(*types.Map); isMap {
				return "range over a map, whose order is random (slices.Sorted(maps.Keys(m)) has one)"
			}
		}
	case *ast.CallExpr:
		switch name := calledIn(info, n); name {
		case "maps.Keys", "maps.Values", "maps.All":
			return name + " without slices.Sorted, so in random order"
		}
	}
	return ""
}

// inOrder finds what visits a map and is excused: by an orderMark with a reason, or by slices.Sorted around it.
func inOrder(t *tree, f *file, info *types.Info) (excused func(ast.Node) bool) {
	marked := map[int]bool{}
	for _, group := range f.syntax.Comments {
		for _, comment := range group.List {
			if reason, isMark := strings.CutPrefix(comment.Text, orderMark); isMark && reason != "" {
				marked[t.fset.Position(group.End()).Line] = true
			}
		}
	}
	sorted := map[ast.Node]bool{}
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && len(call.Args) > 0 && strings.HasPrefix(calledIn(info, call), "slices.Sorted") {
			sorted[call.Args[0]] = true
		}
		return true
	})
	return func(n ast.Node) bool {
		if n == nil || sorted[n] {
			return true
		}
		line := t.fset.Position(n.Pos()).Line
		return marked[line] || marked[line-1]
	}
}
