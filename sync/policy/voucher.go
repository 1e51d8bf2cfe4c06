package policy

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"gatehouse/sync/fact"
)

// ErrVoucher says that a voucher isn't one, or isn't for here.
var ErrVoucher = errors.New("policy: voucher does not count")

// VoucherPrefix begins the text of a voucher's QR code.
const VoucherPrefix = "GHV1"

// Voucher is the proof of a sale that headquarters gives to a driver: a right of a location to one spot of a type in a
// window, by its index below the number of rights that the location lent. An offline gate can check all of it.
type Voucher struct {
	Location  fact.LocationID
	SpotType  fact.SpotType
	StartMS   int64 // Unix milliseconds
	EndMS     int64
	Right     uint32 // index of the right, from 0
	PlateHash [16]byte
	Dot       fact.Dot // names the reservation: ID('R')
	Edit      uint16   // how often the sale was changed: the voucher with the highest counts
	// PrepaidMinor is what the driver has paid ahead.
	PrepaidMinor int64
	Signature    Signature
}

// Reservation is the reservation that the voucher proves.
func (v *Voucher) Reservation() fact.ReservationID { return fact.ReservationID(v.Dot.ID('R')) }

// HashPlate is the plate as a voucher carries it: it tells who may use it, and says no plate to whom finds the paper.
func HashPlate(location fact.LocationID, plate fact.Plate) [16]byte {
	sum := sha256.Sum256(NewMessage("gatehouse plate 1").Text(string(location)).Text(string(plate)).Sum())
	return [16]byte(sum[:16])
}

func (v *Voucher) message() []byte { return NewMessage("gatehouse voucher 1").Bytes(v.body()).Sum() }

// Sign signs the voucher.
func (v *Voucher) Sign(signer Signer) (err error) {
	v.Signature, err = Sign(signer, v.message())
	return err
}

// Verify fails unless headquarters signed the voucher, and for this location.
func (v *Voucher) Verify(keys Keys, location fact.LocationID) error {
	if v.Location != location {
		return fmt.Errorf("%w: it is for %q, this is %q", ErrVoucher, v.Location, location)
	}
	if v.EndMS <= v.StartMS {
		return fmt.Errorf("%w: it ends before it starts", ErrVoucher)
	}
	return keys.Verify(v.message(), v.Signature)
}

// qrAlphabet is capital letters and digits, which a QR code holds in 5.5 bits each.
var qrAlphabet = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// body is the voucher without its signature: fixed places, the location's name last.
func (v *Voucher) body() []byte {
	b := []byte{byte(v.SpotType)}
	b = binary.BigEndian.AppendUint64(b, uint64(v.StartMS))
	b = binary.BigEndian.AppendUint64(b, uint64(v.EndMS))
	b = binary.BigEndian.AppendUint32(b, v.Right)
	b = append(b, v.PlateHash[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(v.Dot.Incarnation))
	b = binary.BigEndian.AppendUint64(b, v.Dot.Seq)
	b = binary.BigEndian.AppendUint16(b, v.Edit)
	b = binary.BigEndian.AppendUint64(b, uint64(v.PrepaidMinor))
	return append(b, v.Location...)
}

const (
	voucherHeadBytes     = 1 + 8 + 8 + 4 + 16 + 8 + 8 + 2 + 8
	voucherSignatureSize = 8 + 64
	voucherLocationMax   = 64
)

// Text is what the QR code says.
func (v *Voucher) Text() string {
	all := append(append(v.Signature.Key[:], v.Signature.Bytes[:]...), v.body()...)
	return VoucherPrefix + qrAlphabet.EncodeToString(all)
}

// IsVoucher reports whether a text says that it is a voucher.
func IsVoucher(text string) bool { return strings.HasPrefix(text, VoucherPrefix) }

// ParseVoucher reads a QR code's text. It fails with ErrVoucher; it doesn't verify.
func ParseVoucher(text string) (Voucher, error) {
	coded, found := strings.CutPrefix(text, VoucherPrefix)
	if !found || len(coded) > 400 {
		return Voucher{}, fmt.Errorf("%w: it doesn't begin with %s, or is too long", ErrVoucher, VoucherPrefix)
	}
	data, err := qrAlphabet.DecodeString(coded)
	if err != nil {
		return Voucher{}, fmt.Errorf("%w: %w", ErrVoucher, err)
	}
	name := len(data) - voucherSignatureSize - voucherHeadBytes
	if name < 1 || name > voucherLocationMax {
		return Voucher{}, fmt.Errorf("%w: %d bytes", ErrVoucher, len(data))
	}
	v := Voucher{Signature: Signature{Key: KeyID(data[:8]), Bytes: [64]byte(data[8:voucherSignatureSize])}}
	b := data[voucherSignatureSize:]
	v.SpotType = fact.SpotType(b[0])
	v.StartMS = int64(binary.BigEndian.Uint64(b[1:]))
	v.EndMS = int64(binary.BigEndian.Uint64(b[9:]))
	v.Right = binary.BigEndian.Uint32(b[17:])
	v.PlateHash = [16]byte(b[21:37])
	v.Dot = fact.Dot{Incarnation: fact.Incarnation(binary.BigEndian.Uint64(b[37:])), Seq: binary.BigEndian.Uint64(b[45:])}
	v.Edit, v.PrepaidMinor = binary.BigEndian.Uint16(b[53:]), int64(binary.BigEndian.Uint64(b[55:]))
	v.Location = fact.LocationID(b[voucherHeadBytes:])
	if v.Text() != text {
		return Voucher{}, fmt.Errorf("%w: another spelling of it", ErrVoucher)
	}
	return v, nil
}
