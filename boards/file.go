package boards

import (
	"fmt"

	"gatehouse/sync/tomlfile"
)

// file is a board as it is written. A pointer tells what is absent.
type file struct {
	Name    string                `toml:"name"`
	Title   string                `toml:"title"`
	Extends string                `toml:"extends"`
	Backend Backend               `toml:"backend"`
	Lines   map[string]fileLine   `toml:"lines"`
	Outputs map[string]fileOutput `toml:"outputs"`
	Inputs  map[string]fileInput  `toml:"inputs"`
	UARTs   map[string]string     `toml:"uarts"`
}

type fileLine struct {
	Chip      string `toml:"chip"`
	Number    *int   `toml:"line"`
	Pin       string `toml:"pin"`
	ActiveLow bool   `toml:"active_low"`
	Bias      Bias   `toml:"bias"`
}

type fileOutput struct {
	Line      string   `toml:"line"`
	ActiveLow *bool    `toml:"active_low"`
	Safe      Safe     `toml:"safe"`
	MaxOnMS   *int     `toml:"max_on_ms"`
	Interlock []string `toml:"interlock"`
}

type fileInput struct {
	Line       string `toml:"line"`
	ActiveLow  *bool  `toml:"active_low"`
	Bias       *Bias  `toml:"bias"`
	DebounceUS int    `toml:"debounce_us"`
	NC         bool   `toml:"nc"`
}

// read fills f with the board that the file extends, then with the file itself, whose entries replace the base's.
func (f *file) read(data []byte, filename string) (*tomlfile.Document, error) {
	document, err := tomlfile.Parse(filename, data)
	if err != nil {
		return nil, err
	}
	var own file
	if err := document.Decode(&own); err != nil {
		return nil, err
	}
	if own.Extends != "" {
		if err := f.readBase(document, own.Extends); err != nil {
			return nil, err
		}
	}
	return document, document.Decode(f)
}

// readBase reads one of the boards of this package: a file of the installer's can't be extended, so no chain is endless.
func (f *file) readBase(document *tomlfile.Document, base string) error {
	data, known := embedded(base)
	if !known {
		return tomlfile.Problems{document.Problem([]any{"extends"}, fmt.Sprintf("there is no board %q", base), tomlfile.Advice(base, Names()))}
	}
	_, err := f.read(data, base+".toml")
	return err
}

// board resolves what the file leaves out.
func (f *file) board() Board {
	board := Board{
		Name: f.Name, Title: f.Title, Extends: f.Extends, Backend: f.Backend, UARTs: f.UARTs,
		Lines: map[string]Line{}, Outputs: map[string]Output{}, Inputs: map[string]Input{},
	}
	for name, line := range f.Lines {
		board.Lines[name] = Line{Name: name, Chip: line.Chip, Number: orElse(line.Number, 0), Pin: line.Pin, ActiveLow: line.ActiveLow, Bias: line.Bias}
	}
	for name, output := range f.Outputs {
		board.Outputs[name] = Output{
			Name: name, Line: output.Line, ActiveLow: orElse(output.ActiveLow, f.Lines[output.Line].ActiveLow),
			Safe: output.Safe, MaxOnMS: orElse(output.MaxOnMS, 0), Interlock: output.Interlock,
		}
	}
	for name, input := range f.Inputs {
		board.Inputs[name] = Input{
			Name: name, Line: input.Line, ActiveLow: orElse(input.ActiveLow, f.Lines[input.Line].ActiveLow),
			Bias: orElse(input.Bias, f.Lines[input.Line].Bias), DebounceUS: input.DebounceUS, NC: input.NC,
		}
	}
	return board
}

func orElse[T any](written *T, fallback T) T {
	if written == nil {
		return fallback
	}
	return *written
}
