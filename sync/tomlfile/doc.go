// Package tomlfile reads the TOML files that people write by hand (a site, a board, a tariff) strictly, and says
// what is wrong with them in the words of whoever wrote them.
//
// A file is read in two passes. Decode, the first, fills a struct and finds what the format can tell: broken
// syntax, unknown keys, values of the wrong type. The second belongs to the caller, who knows what the values
// mean, and reports through Document.Problem with the position of the value in the file:
//
//	document, err := tomlfile.Parse("site.toml", data)
//	if err != nil {
//		return err
//	}
//	var site Site
//	if err := document.Decode(&site); err != nil {
//		return err
//	}
//	problems = append(problems, document.Problem([]any{"gate", 1, "driver"}, "no such driver", tomlfile.Advice(name, names)))
//	return problems.Err()
//
// Guarantees:
//   - A key that no field takes is an error, with the key that was probably meant. Keys match exactly.
//   - All problems of a pass are reported together, in the order of the file. Broken syntax is reported alone.
//   - A problem names the line and the column (in characters, from 1), shows the line, and never mentions Go.
//   - ParseJSON reads the same from JSON, with the same problems.
//   - Any input ends in a value or in Problems, never in a panic; BytesMax and depthMax bound what is read.
//
// It is the only importer of go-toml, and imports nothing of this project.
package tomlfile
