package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"slices"
)

// Role says what somebody may do; each includes the ones before it.
type Role uint8

// The roles. View reads, without plates. Operate also sees plates, sells reservations and orders gates. Configure also
// releases policies, enrols and revokes gateways, and makes API keys.
const (
	RoleNobody Role = iota
	RoleView
	RoleOperate
	RoleConfigure
)

var roleText = []string{"nobody", "view", "operate", "configure"}

// String is the code of the role.
func (r Role) String() string { return roleText[r] }

// ParseRole reads the code of a role that a token can have.
func ParseRole(code string) (Role, error) {
	at := slices.Index(roleText[RoleView:], code)
	if at < 0 {
		return RoleNobody, fmt.Errorf("api: role %q is none of %q", code, roleText[RoleView:])
	}
	return RoleView + Role(at), nil
}

// Token lets whoever shows it act under a name in a role. Only its hash is kept.
type Token struct {
	Name   string
	Role   Role
	SHA256 [sha256.Size]byte
}

// somebody is who makes a request.
type somebody struct {
	name string
	role Role
}

// find looks a token up, in a time that does not tell how much of it was right.
func (s *Server) find(shown string) (somebody, bool) {
	sum := sha256.Sum256([]byte(shown))
	found := somebody{}
	for _, tokens := range [][]Token{s.Tokens, *s.keys.Load()} {
		for i := range tokens {
			if subtle.ConstantTimeCompare(sum[:], tokens[i].SHA256[:]) == 1 {
				found = somebody{tokens[i].Name, tokens[i].Role}
			}
		}
	}
	return found, found.role != RoleNobody
}

type whoKey struct{}

func withWho(ctx context.Context, who somebody) context.Context {
	return context.WithValue(ctx, whoKey{}, who)
}

// whoOf is who makes the request of a context.
func whoOf(ctx context.Context) somebody {
	who, _ := ctx.Value(whoKey{}).(somebody)
	return who
}

// seesPlates tells if plates, and the numbers of tickets and reservations that open gates, may be shown.
func seesPlates(ctx context.Context) bool { return whoOf(ctx).role >= RoleOperate }

// NewToken is a token that who shows its text has.
func NewToken(name string, role Role, text string) Token {
	return Token{Name: name, Role: role, SHA256: sha256.Sum256([]byte(text))}
}
