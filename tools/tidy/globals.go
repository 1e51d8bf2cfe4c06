package tidy

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// tableMakers are the functions of other packages that make a table: a value that nobody changes any more.
var tableMakers = []string{
	"regexp.MustCompile", "strings.NewReplacer", "html/template.Must", "text/template.Must",
	"hash/crc32.MakeTable", "hash/crc64.MakeTable", "encoding/base32.NewEncoding", "encoding/base64.NewEncoding",
	"net/netip.MustParsePrefix", "net/netip.MustParseAddr", "time.FixedZone",
}

// ruleGlobals: no init and no package variable, except sentinel errors, embedded files, and tables that nothing
// writes to. A table is a literal, or what a tableMaker or a function of its own package made.
func ruleGlobals(t *tree) []finding {
	findings := []finding{}
	variables := map[types.Object]bool{}
	for _, p := range t.packages {
		info := t.check(p)
		for _, f := range p.files {
			for _, decl := range f.syntax.Decls {
				findings = append(findings, global(t, info, decl)...)
			}
		}
		for _, name := range p.checked.Scope().Names() {
			if v, isVariable := p.checked.Scope().Lookup(name).(*types.Var); isVariable {
				variables[v] = true
			}
		}
	}
	for _, p := range t.packages {
		info := t.check(p)
		for _, f := range p.files {
			written, addressed := targets(f.syntax)
			findings = append(findings, touched(t, info, variables, written, "writes to the package variable %s")...)
			findings = append(findings, touched(t, info, variables, addressed, "takes the address of the package variable %s: copy it")...)
		}
	}
	return findings
}

// global judges one declaration of a package.
func global(t *tree, info *types.Info, decl ast.Decl) []finding {
	if function, ok := decl.(*ast.FuncDecl); ok {
		if function.Recv == nil && function.Name.Name == "init" {
			return []finding{t.at(decl.Pos(), "func init runs unasked: call it by a name from where it is needed")}
		}
		return nil
	}
	findings := []finding{}
	if group := decl.(*ast.GenDecl); group.Tok == token.VAR {
		for _, spec := range group.Specs {
			findings = append(findings, variable(t, info, group, spec.(*ast.ValueSpec))...)
		}
	}
	return findings
}

// variable judges one declaration of package variables.
func variable(t *tree, info *types.Info, group *ast.GenDecl, v *ast.ValueSpec) []finding {
	name := v.Names[0].Name
	if name == "_" || isEmbed(group.Doc) || isEmbed(v.Doc) {
		return nil
	}
	if len(v.Values) == 0 {
		return []finding{t.at(v.Pos(), "package variable %s has no value: make it a field of what uses it", name)}
	}
	findings := []finding{}
	for i, value := range v.Values {
		switch name := v.Names[i].Name; {
		case makesError(info, value):
			if !strings.HasPrefix(strings.ToLower(name), "err") {
				findings = append(findings, t.at(v.Pos(), "an error of a package is named Err…, not %s", name))
			}
		case !isTable(info, value):
			findings = append(findings, t.at(v.Pos(), "package variable %s is no error, table or embed: make it a field of what uses it", name))
		}
	}
	return findings
}

func isEmbed(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") })
}

func makesError(info *types.Info, value ast.Expr) bool {
	call, ok := value.(*ast.CallExpr)
	return ok && slices.Contains([]string{"errors.New", "fmt.Errorf"}, calledIn(info, call))
}

// isTable reports whether an expression makes a value that is meant to stay.
func isTable(info *types.Info, value ast.Expr) bool {
	switch value := value.(type) {
	case *ast.CompositeLit:
		return true
	case *ast.UnaryExpr:
		return isTable(info, value.X)
	case *ast.CallExpr:
		if info.Types[value.Fun].IsType() { // a conversion
			return isTable(info, value.Args[0])
		}
		name := calledIn(info, value)
		if selector, ok := value.Fun.(*ast.SelectorExpr); ok && name == "" { // a method of what a maker made
			return isTable(info, selector.X)
		}
		return slices.Contains(tableMakers, name) || isOwnFunction(info, value.Fun)
	}
	return info.Types[value].Value != nil // a constant
}

func isOwnFunction(info *types.Info, e ast.Expr) bool {
	name, ok := e.(*ast.Ident)
	if !ok {
		return false
	}
	_, isFunction := info.Uses[name].(*types.Func)
	return isFunction
}

// touched are those of the expressions that are package variables, or parts of one.
func touched(t *tree, info *types.Info, variables map[types.Object]bool, touched []ast.Expr, what string) []finding {
	findings := []finding{}
	for _, e := range touched {
		if name := root(info, e); name != nil && variables[info.Uses[name]] {
			findings = append(findings, t.at(e.Pos(), what, name.Name))
		}
	}
	return findings
}

// targets are the expressions that a file writes to, and those whose address it takes.
func targets(f *ast.File) (written, addressed []ast.Expr) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			written = append(written, n.Lhs...)
		case *ast.IncDecStmt:
			written = append(written, n.X)
		case *ast.RangeStmt:
			written = append(written, n.Key, n.Value)
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				addressed = append(addressed, n.X)
			}
		case *ast.CallExpr:
			if name, ok := n.Fun.(*ast.Ident); ok && slices.Contains([]string{"delete", "clear", "copy"}, name.Name) {
				written = append(written, n.Args[0])
			}
		}
		return true
	})
	return written, addressed
}

// root is the variable that an expression is a part of.
func root(info *types.Info, e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.Ident:
		return e
	case *ast.IndexExpr:
		return root(info, e.X)
	case *ast.StarExpr:
		return root(info, e.X)
	case *ast.ParenExpr:
		return root(info, e.X)
	case *ast.SliceExpr:
		return root(info, e.X)
	case *ast.SelectorExpr:
		if qualified(info, e) != "" {
			return e.Sel
		}
		return root(info, e.X)
	}
	return nil
}
