package api

import (
	"cmp"
	"context"
	"encoding/base32"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"gatehouse/cloud/enrol"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

// Device is one key of one gateway.
type Device struct {
	Fingerprint string     `json:"fingerprint" doc:"SHA-256 of the public key"`
	Spoken      string     `json:"spokenFingerprint" doc:"As two people compare it" example:"9f86 d081 884c 7d65 9a2f"`
	Location    string     `json:"locationId"`
	State       string     `json:"state" enum:"waiting,active,superseded,revoked"`
	NotAfter    time.Time  `json:"notAfter" doc:"When its certificate ends; that stops sync, never a gate"`
	EnrolledAt  time.Time  `json:"enrolledAt"`
	EnrolledBy  string     `json:"enrolledBy" doc:"Who made the code"`
	Source      string     `json:"source" doc:"From where the code was used"`
	RevokedAt   *time.Time `json:"revokedAt,omitempty"`
	RevokedBy   string     `json:"revokedBy,omitempty"`
	Reason      string     `json:"reason,omitempty"`
}

func deviceOf(d enrol.Device) Device {
	out := Device{
		Fingerprint: d.Fingerprint, Spoken: enrol.SpokenFingerprint(d.Fingerprint), Location: d.Location, State: string(d.State),
		NotAfter: d.NotAfter.UTC(), EnrolledAt: d.EnrolledAt.UTC(), EnrolledBy: d.EnrolledBy, Source: d.Source, RevokedBy: d.RevokedBy, Reason: d.Reason,
	}
	if !d.RevokedAt.IsZero() {
		out.RevokedAt = new(d.RevokedAt.UTC())
	}
	return out
}

// Devices is a list of devices.
type Devices struct {
	Devices []Device `json:"devices"`
}

func (s *Server) devices(_ context.Context, in *struct {
	Location string `query:"locationId" maxLength:"64"`
}) (*struct{ Body Devices }, error) {
	out := &struct{ Body Devices }{Devices{[]Device{}}}
	for _, d := range s.Registry.Devices() {
		if in.Location == "" || in.Location == d.Location {
			out.Body.Devices = append(out.Body.Devices, deviceOf(d))
		}
	}
	slices.SortStableFunc(out.Body.Devices, func(a, b Device) int { return cmp.Compare(waits(a), waits(b)) })
	return out, nil
}

// waits is 0 for devices that wait for a person, so that they come first.
func waits(d Device) int {
	if d.State == string(enrol.StateWaiting) {
		return 0
	}
	return 1
}

// Code is a one-time code.
type Code struct {
	Code      string    `json:"code" doc:"For lotctl enrol; shown only now" example:"7K3QF-9XW2M"`
	Location  string    `json:"locationId"`
	ExpiresAt time.Time `json:"expiresAt"`
	Confirm   bool      `json:"confirm"`
}

func (s *Server) makeCode(ctx context.Context, in *struct {
	Body struct {
		Location string `json:"locationId" maxLength:"64" pattern:"^[A-Za-z0-9_-]+$"`
		Confirm  bool   `json:"confirm,omitempty" doc:"The certificate opens nothing until somebody has compared and confirmed the fingerprint"`
	}
}) (*struct{ Body Code }, error) {
	code, err := s.Registry.NewCode(ctx, in.Body.Location, rest.Who(ctx).Name, in.Body.Confirm)
	if err != nil {
		return nil, s.problemOf(err)
	}
	if err := s.audited(ctx, in.Body.Location, "make_code", "", ""); err != nil {
		return nil, err
	}
	return &struct{ Body Code }{Code{code, in.Body.Location, s.Now().Add(enrol.CodeLife).UTC(), in.Body.Confirm}}, nil
}

// DevicePath names a device.
type DevicePath struct {
	Fingerprint string `path:"fingerprint" maxLength:"64"`
}

type deviceAnswer struct{ Body Device }

// changeDevice carries a change out, and answers what the device is now.
func (s *Server) changeDevice(ctx context.Context, fingerprint, action, reason string, change func() error) (*deviceAnswer, error) {
	d, known := s.Registry.Device(fingerprint)
	if !known {
		return nil, s.problemOf(enrol.ErrUnknownDevice)
	}
	if err := change(); err != nil {
		return nil, s.problemOf(err)
	}
	if err := s.audited(ctx, d.Location, action, enrol.SpokenFingerprint(fingerprint), reason); err != nil {
		return nil, err
	}
	d, _ = s.Registry.Device(fingerprint)
	return &deviceAnswer{deviceOf(d)}, nil
}

func (s *Server) confirmDevice(ctx context.Context, in *DevicePath) (*deviceAnswer, error) {
	if d, known := s.Registry.Device(in.Fingerprint); known && d.State == enrol.StateActive {
		return &deviceAnswer{deviceOf(d)}, nil
	} else if known && d.State != enrol.StateWaiting {
		return nil, rest.NewProblem(rest.CodeNotPossible, "this device is "+string(d.State), "enrol the gateway again with a new code")
	}
	return s.changeDevice(ctx, in.Fingerprint, "confirm_device", "", func() error {
		return s.Registry.Confirm(ctx, in.Fingerprint, rest.Who(ctx).Name)
	})
}

// Reasoned says why.
type Reasoned struct {
	Reason string `json:"reason" minLength:"1" maxLength:"256" doc:"Why; it goes on record"`
}

func (s *Server) revokeDevice(ctx context.Context, in *struct {
	DevicePath
	Body Reasoned
}) (*deviceAnswer, error) {
	return s.changeDevice(ctx, in.Fingerprint, "revoke_device", in.Body.Reason, func() error {
		return s.Registry.Revoke(ctx, in.Fingerprint, rest.Who(ctx).Name, in.Body.Reason)
	})
}

var incarnationText = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

func (s *Server) settle(ctx context.Context, in *struct {
	rest.Here
	Incarnation string `path:"incarnation" maxLength:"13" doc:"As the alert names it"`
	Body        struct {
		Reasoned
		Accept bool `json:"accept" doc:"true: its facts are the lot's, count them; false: they are not"`
	}
}) (*struct{}, error) {
	if _, err := s.summary(in.Location); err != nil {
		return nil, err
	}
	raw, err := incarnationText.DecodeString(strings.ToUpper(in.Incarnation))
	if err != nil || len(raw) != 8 {
		return nil, rest.Invalid("path.incarnation", "it has 13 letters and digits, as the alert shows it")
	}
	incarnation := fact.Incarnation(binary.BigEndian.Uint64(raw))
	if err := s.Settle(fact.LocationID(in.Location), incarnation, in.Body.Accept); err != nil {
		return nil, s.problemOf(err)
	}
	action := "reject_incarnation"
	if in.Body.Accept {
		action = "accept_incarnation"
	}
	return nil, s.audited(ctx, in.Location, action, incarnation.String(), in.Body.Reason)
}

// AuditEntry is something that a person did.
type AuditEntry struct {
	At       time.Time `json:"at"`
	Actor    string    `json:"actor"`
	Action   string    `json:"action" example:"revoke_device"`
	Location string    `json:"locationId,omitempty"`
	Subject  string    `json:"subject,omitempty"`
	Detail   string    `json:"detail,omitempty"`
}

// Audit is a list of what people did.
type Audit struct {
	Entries []AuditEntry `json:"entries"`
}

func (s *Server) audit(ctx context.Context, in *struct {
	Location string `query:"locationId" maxLength:"64"`
	Limit    int    `query:"limit" default:"100" minimum:"1" maximum:"500"`
}) (*struct{ Body Audit }, error) {
	found, err := s.Store.AuditLog(ctx, fact.LocationID(in.Location), min(in.Limit, auditShown))
	if err != nil {
		return nil, s.problemOf(err)
	}
	out := &struct{ Body Audit }{Audit{[]AuditEntry{}}}
	for _, e := range found {
		out.Body.Entries = append(out.Body.Entries, AuditEntry{
			time.UnixMilli(e.AtMS).UTC(), e.Actor, e.Action, string(e.Location), e.Subject, e.Detail,
		})
	}
	return out, nil
}
