package api

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"regexp"
	"time"

	"gatehouse/sync/rest"
)

const kindKey = "api-key"

// keptKey is what is kept of an API key.
type keptKey struct {
	Name   string    `json:"name"`
	Role   string    `json:"role"`
	SHA256 []byte    `json:"sha256"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Ended  bool      `json:"ended,omitempty"`
}

// eachKey visits all keys, those that ended too.
func (s *Server) eachKey(ctx context.Context, visit func(k keptKey, revision int64)) error {
	return s.Store.EachDocument(ctx, kindKey, func(_, _ string, revision int64, value []byte) error {
		k := keptKey{}
		if err := json.Unmarshal(value, &k); err != nil {
			return err
		}
		visit(k, revision)
		return nil
	})
}

func (s *Server) readKeys(ctx context.Context) error {
	tokens := []rest.Token{}
	err := s.eachKey(ctx, func(k keptKey, _ int64) {
		role, err := rest.ParseRole(k.Role)
		if err == nil && !k.Ended && len(k.SHA256) == sha256.Size {
			tokens = append(tokens, rest.Token{Name: k.Name, Role: role, SHA256: [sha256.Size]byte(k.SHA256)})
		}
	})
	if err != nil {
		return err
	}
	s.keys.Store(&tokens)
	return nil
}

// Key is an API key without what it opens with.
type Key struct {
	Name  string    `json:"name"`
	Role  string    `json:"role" enum:"view,operate,configure"`
	By    string    `json:"by" doc:"Who made it"`
	At    time.Time `json:"at"`
	Ended bool      `json:"ended"`
}

// Keys is a list of API keys.
type Keys struct {
	Keys []Key `json:"keys"`
}

func (s *Server) listKeys(ctx context.Context, _ *struct{}) (*struct{ Body Keys }, error) {
	out := &struct{ Body Keys }{Keys{[]Key{}}}
	err := s.eachKey(ctx, func(k keptKey, _ int64) {
		out.Body.Keys = append(out.Body.Keys, Key{k.Name, k.Role, k.By, k.At, k.Ended})
	})
	if err != nil {
		return nil, s.problemOf(err)
	}
	return out, nil
}

// MadeKey is a new API key, shown once.
type MadeKey struct {
	Key
	Token string `json:"token" doc:"Shown only now"`
}

var keyName = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{0,63}$`)

func (s *Server) makeKey(ctx context.Context, in *struct {
	Body struct {
		Name string `json:"name" maxLength:"64" doc:"Whose it is" example:"till-p8"`
		Role string `json:"role" enum:"view,operate,configure"`
	}
}) (*struct{ Body MadeKey }, error) {
	if !keyName.MatchString(in.Body.Name) || in.Body.Name == "owner" {
		return nil, rest.Invalid("body.name", "use small letters, digits and . _ @ -, and not owner")
	}
	token := rest.NewTokenText()
	sum := sha256.Sum256([]byte(token))
	k := keptKey{Name: in.Body.Name, Role: in.Body.Role, SHA256: sum[:], By: rest.Who(ctx).Name, At: s.Now().UTC()}
	revision := int64(0)
	known := false
	err := s.eachKey(ctx, func(old keptKey, at int64) {
		if old.Name == k.Name {
			revision, known = at, !old.Ended
		}
	})
	if err != nil {
		return nil, s.problemOf(err)
	}
	if known {
		return nil, rest.NewProblem(rest.CodeConflict, "there is a key of this name already", "end it first, or choose another name")
	}
	if err := s.putKey(ctx, k, revision, "make_key"); err != nil {
		return nil, err
	}
	return &struct{ Body MadeKey }{MadeKey{Key{k.Name, k.Role, k.By, k.At, false}, token}}, nil
}

// putKey writes a key and its audit entry. Its error is a *Problem.
func (s *Server) putKey(ctx context.Context, k keptKey, revision int64, action string) error {
	value, err := json.Marshal(k)
	if err != nil {
		return s.problemOf(err)
	}
	done, err := s.Store.PutDocument(ctx, "", kindKey, k.Name, revision, value)
	if err != nil {
		return s.problemOf(err)
	}
	if !done {
		return rest.NewProblem(rest.CodeConflict, "somebody else changed this key in the same moment", "ask again")
	}
	if err := s.readKeys(ctx); err != nil {
		return s.problemOf(err)
	}
	return s.audited(ctx, "", action, k.Name, k.Role)
}

func (s *Server) endKey(ctx context.Context, in *struct {
	Name string `path:"name" maxLength:"64"`
}) (*struct{}, error) {
	var found keptKey
	revision := int64(0)
	err := s.eachKey(ctx, func(k keptKey, at int64) {
		if k.Name == in.Name {
			found, revision = k, at
		}
	})
	if err != nil {
		return nil, s.problemOf(err)
	}
	if revision == 0 {
		return nil, rest.NotFound("key "+rest.Clip(in.Name), "GET /api/v1/keys lists all")
	}
	if found.Ended {
		return nil, nil
	}
	found.Ended = true
	return nil, s.putKey(ctx, found, revision, "end_key")
}
