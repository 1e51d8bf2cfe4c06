package wire

import (
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// strictEncoding and strictDecoding are the library's settings, constant once made.
var strictEncoding, strictDecoding = strictModes()

// strictModes leaves to the scanner what the library can't check or checks less cheaply: shortest forms, order
// and repetition of keys, UTF-8, depth.
func strictModes() (cbor.UserBufferEncMode, cbor.DecMode) {
	options := cbor.CoreDetEncOptions()
	options.NilContainers = cbor.NilContainerAsEmpty // a nil slice equals an empty one
	options.TagsMd = cbor.TagsForbidden
	encoding, err := options.UserBufferEncMode()
	if err != nil {
		panic("wire: " + err.Error())
	}
	decoding, err := cbor.DecOptions{
		IndefLength:         cbor.IndefLengthForbidden,
		TagsMd:              cbor.TagsForbidden,
		UTF8:                cbor.UTF8DecodeInvalid,
		FieldNameMatching:   cbor.FieldNameMatchingCaseSensitive,
		FieldNameByteString: cbor.FieldNameByteStringForbidden,
	}.DecMode()
	if err != nil {
		panic("wire: " + err.Error())
	}
	return encoding, decoding
}

// Marshal encodes a value of the journal or of a policy: a struct with `cbor:"n,keyasint"` tags, or what such
// structs hold. It fails with ErrNotStrict for floats, for text that isn't UTF-8, and beyond the limits.
func Marshal(v any) ([]byte, error) {
	data, err := strictEncoding.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("wire: encode %T: %w", v, err)
	}
	if err := scanWhole(data, valueLimits); err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	return data, nil
}

// Unmarshal decodes what Marshal made into the value v points to. Fields it doesn't know are ignored. It keeps
// nothing of data. It fails with ErrNotStrict, or with the library's error if a field has another type.
func Unmarshal(data []byte, v any) error {
	if err := scanWhole(data, valueLimits); err != nil {
		return fmt.Errorf("decode %T: %w", v, err)
	}
	if err := strictDecoding.Unmarshal(data, v); err != nil {
		return fmt.Errorf("wire: decode %T: %w", v, err)
	}
	return nil
}
