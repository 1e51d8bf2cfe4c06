package tomlfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// ParseJSON is Parse for a file in JSON, whose objects are tables. A null is as good as a key that is left out.
func ParseJSON(filename string, data []byte) (*Document, error) {
	src := newSource(filename, data)
	src.isJSON = true
	if len(data) > BytesMax {
		return nil, Problems{src.problem(span{}, "", fmt.Sprintf("the file has %d bytes, more than %d", len(data), BytesMax), "split it")}
	}
	if at := firstInvalid(src.text); at >= 0 {
		return nil, Problems{src.problem(span{at, at + 1}, "", "not UTF-8 text", "save the file as UTF-8")}
	}
	reader := jsonReader{source: src, decoder: json.NewDecoder(bytes.NewReader(src.text))}
	reader.decoder.UseNumber()
	root := &node{index: -1}
	value, err := reader.value(root)
	if err != nil {
		return nil, err
	}
	table, isTable := value.(map[string]any)
	if !isTable {
		return nil, Problems{src.problem(root.value, "", "this is no object", "write { at the beginning and } at the end")}
	}
	if _, more := reader.next(); !errors.Is(more, io.EOF) {
		return nil, Problems{src.problem(reader.token, "", "something is left over after the closing }", "")}
	}
	return &Document{source: src, values: table, root: root}, nil
}

// jsonReader reads values and finds their places.
type jsonReader struct {
	source  source
	decoder *json.Decoder
	token   span // of the last token
}

// next reads a token and finds where it stands.
func (r *jsonReader) next() (json.Token, error) {
	before := int(r.decoder.InputOffset())
	token, err := r.decoder.Token()
	start := before
	for start < len(r.source.text) && bytes.IndexByte([]byte(" \t\r\n,:"), r.source.text[start]) >= 0 {
		start++
	}
	r.token = span{start, max(start, int(r.decoder.InputOffset()))}
	return token, err
}

// broken is a problem with the syntax.
func (r *jsonReader) broken(at *node, err error) error {
	var syntax *json.SyntaxError
	where, what, do := r.token, "this is no JSON", "compare it with what is around it: a comma, a quote or a bracket too many or too few"
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		where, what, do = span{len(r.source.text), len(r.source.text)}, "the file ends too early", "close every { and [ and quote"
		where.start = max(0, len(bytes.TrimRight(r.source.text, " \t\r\n"))-1)
	case errors.As(err, &syntax):
		where, what = span{r.token.start, r.token.start + 1}, "this is no JSON: "+syntax.Error()
	}
	return Problems{r.source.problem(where, pathText(at.path()), what, do)}
}

// value reads a value into a node.
func (r *jsonReader) value(at *node) (any, error) {
	token, err := r.next()
	if err != nil {
		return nil, r.broken(at, err)
	}
	at.value = r.token
	if at.depth > depthMax {
		return nil, Problems{r.source.problem(at.value, "", fmt.Sprintf("more than %d tables or lists within each other", depthMax), "")}
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			return r.table(at)
		}
		return r.list(at)
	case json.Number:
		return r.number(at, string(token))
	}
	return token, nil
}

func (r *jsonReader) number(at *node, text string) (any, error) {
	if whole, err := strconv.ParseInt(text, 10, 64); err == nil {
		return whole, nil
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, Problems{r.source.problem(at.value, pathText(at.path()), "the number is too large", "")}
	}
	return number, nil
}

func (r *jsonReader) table(at *node) (any, error) {
	table := map[string]any{}
	for r.decoder.More() {
		token, err := r.next()
		if err != nil {
			return nil, r.broken(at, err)
		}
		name, key := token.(string), r.token
		if at.fields[name] != nil {
			return nil, Problems{r.source.problem(key, pathText(append(at.path(), name)), "the key is there twice", "keep one of them")}
		}
		field := at.field(name, key)
		value, err := r.value(field)
		if err != nil {
			return nil, err
		}
		if value != nil {
			table[name] = value
		}
	}
	_, err := r.next()
	if err != nil {
		return nil, r.broken(at, err)
	}
	return table, nil
}

func (r *jsonReader) list(at *node) (any, error) {
	list := []any{}
	for r.decoder.More() {
		item := at.item(span{})
		value, err := r.value(item)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	_, err := r.next()
	if err != nil {
		return nil, r.broken(at, err)
	}
	return list, nil
}
