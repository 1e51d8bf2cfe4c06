package tidy

import (
	"go/ast"
	"go/types"
	"path"
	"strings"
)

// check gives a package's identifiers and expressions their types, as far as they are this project's own.
func (t *tree) check(p *pkg) *types.Info {
	if p.checked != nil {
		return &p.info
	}
	p.checked = types.NewPackage(module+"/"+p.dir, p.name) // stands in if packages import each other in a circle
	p.info = types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
	syntax := make([]*ast.File, len(p.files))
	for i, f := range p.files {
		syntax[i] = f.syntax
	}
	config := types.Config{Importer: importer{t}, Error: func(error) {}} // what comes from outside is unknown
	if checked, _ := config.Check(module+"/"+p.dir, t.fset, syntax, &p.info); checked != nil {
		p.checked = checked
	}
	return &p.info
}

// importer finds this project's packages, and gives an empty package for all others.
type importer struct{ tree *tree }

// Import is called by the type checker.
func (i importer) Import(importPath string) (*types.Package, error) {
	if dir, ours := strings.CutPrefix(importPath, module+"/"); ours {
		if p := i.tree.find(dir); p != nil {
			i.tree.check(p)
			return p.checked, nil
		}
	}
	empty := types.NewPackage(importPath, importName(importPath))
	empty.MarkComplete()
	return empty, nil
}

// importName guesses a package's name from its path: the last element that is not a version.
func importName(importPath string) string {
	name := path.Base(importPath)
	if len(name) > 1 && name[0] == 'v' && strings.Trim(name[1:], "0123456789") == "" {
		name = path.Base(path.Dir(importPath))
	}
	return strings.TrimPrefix(name, "go-")
}

// calledIn is the full name of the function that a call calls: "time.Now", "slices.Sorted", "make"; "" if it has
// none.
func calledIn(info *types.Info, call *ast.CallExpr) string {
	function := call.Fun
	if generic, ok := function.(*ast.IndexExpr); ok {
		function = generic.X
	}
	if name, ok := function.(*ast.Ident); ok {
		return name.Name
	}
	return qualified(info, function)
}

// qualified is the import path and the name of something from another package, "" for all else.
func qualified(info *types.Info, e ast.Expr) string {
	selector, ok := e.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	left, ok := selector.X.(*ast.Ident)
	if !ok {
		return ""
	}
	if name, ok := info.Uses[left].(*types.PkgName); ok {
		return name.Imported().Path() + "." + selector.Sel.Name
	}
	return ""
}
