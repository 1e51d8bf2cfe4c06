package tidy

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// module is the name of the project's Go module.
const module = "gatehouse"

// finding is one place where a rule does not hold.
type finding struct {
	path string
	line int // 0: the file as a whole
	what string
}

// String prints the finding so that editors can jump to it.
func (f finding) String() string {
	if f.line == 0 {
		return fmt.Sprintf("%s: %s", f.path, f.what)
	}
	return fmt.Sprintf("%s:%d: %s", f.path, f.line, f.what)
}

// file is one file of the tree.
type file struct {
	path   string    // with slashes, from the top of the tree
	text   string    // empty if the file is not text
	syntax *ast.File // nil if the file is not Go
}

func (f *file) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

func (f *file) isTestdata() bool { return strings.Contains("/"+f.path, "/testdata/") }

// imports are the paths that a Go file imports, with their places.
func (f *file) imports() map[string]token.Pos {
	imports := map[string]token.Pos{}
	for _, spec := range f.syntax.Imports {
		imports[strings.Trim(spec.Path.Value, `"`)] = spec.Pos()
	}
	return imports
}

// pkg is one folder with Go files.
type pkg struct {
	dir   string
	name  string
	files []*file // without tests
	tests []*file

	checked *types.Package
	info    types.Info
}

// tree is everything that is, or should be, under version control.
type tree struct {
	fset     *token.FileSet
	files    []*file   // sorted by path
	packages []*pkg    // sorted by folder
	broken   []finding // Go files that do not parse, which no other rule sees
}

// ruleSyntax: every Go file parses.
func ruleSyntax(t *tree) []finding { return t.broken }

// load reads a tree.
func load(root fs.FS) (*tree, error) {
	t := &tree{fset: token.NewFileSet()}
	ignore := ignored(root)
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == ".":
			return nil
		case name == ".git" || ignore(name):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir():
			return nil
		}
		return t.add(root, name)
	})
	t.groupPackages()
	return t, err
}

// ignored reads the top .gitignore, of which it knows two forms: /folder/ and *.suffix.
func ignored(root fs.FS) func(name string) bool {
	text, _ := fs.ReadFile(root, ".gitignore")
	patterns := strings.Fields(string(text))
	return func(name string) bool {
		return slices.ContainsFunc(patterns, func(pattern string) bool {
			if strings.HasPrefix(pattern, "/") {
				return strings.Trim(pattern, "/") == name
			}
			match, _ := path.Match(pattern, path.Base(name))
			return match
		})
	}
}

func (t *tree) add(root fs.FS, name string) error {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return err
	}
	f := &file{path: name}
	if utf8.Valid(text) && !strings.ContainsRune(string(text), 0) {
		f.text = string(text)
	}
	if path.Ext(name) == ".go" && !f.isTestdata() {
		f.syntax, err = parser.ParseFile(t.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.broken = append(t.broken, finding{name, 0, "does not parse: " + err.Error()})
			f.syntax = nil
		}
	}
	t.files = append(t.files, f)
	return nil
}

func (t *tree) groupPackages() {
	packages := map[string]*pkg{}
	for _, f := range t.files {
		if f.syntax == nil {
			continue
		}
		dir := path.Dir(f.path)
		p := packages[dir]
		if p == nil {
			p = &pkg{dir: dir}
			packages[dir] = p
		}
		if f.isTest() {
			p.tests = append(p.tests, f)
			continue
		}
		p.files = append(p.files, f)
		p.name = f.syntax.Name.Name
	}
	for _, dir := range slices.Sorted(maps.Keys(packages)) {
		t.packages = append(t.packages, packages[dir])
	}
}

// find is the package in a folder, or nil.
func (t *tree) find(dir string) *pkg {
	for _, p := range t.packages {
		if p.dir == dir {
			return p
		}
	}
	return nil
}

// text is the content of a file; found is false if there is none.
func (t *tree) text(name string) (text string, found bool) {
	for _, f := range t.files {
		if f.path == name {
			return f.text, true
		}
	}
	return "", false
}

// at makes a finding at a place in a Go file.
func (t *tree) at(pos token.Pos, format string, args ...any) finding {
	place := t.fset.Position(pos)
	return finding{place.Filename, place.Line, fmt.Sprintf(format, args...)}
}
