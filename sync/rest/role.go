package rest

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"slices"
)

// Role says what somebody may do; each includes the ones before it.
type Role uint8

// The roles. View reads, without plates. Operate also sees plates and works what drivers meet: gates, tickets,
// reservations. Configure also changes what holds from then on: passes, policies, spots out of service, who has access.
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
		return RoleNobody, fmt.Errorf("rest: role %q is none of %q", code, roleText[RoleView:])
	}
	return RoleView + Role(at), nil
}

// Token lets whoever shows it act under a name in a role. Only its hash is kept.
type Token struct {
	Name   string
	Role   Role
	SHA256 [sha256.Size]byte
}

// NewToken is the token whose text is shown.
func NewToken(name string, role Role, text string) Token {
	return Token{Name: name, Role: role, SHA256: sha256.Sum256([]byte(text))}
}

// Somebody is who makes a request.
type Somebody struct {
	Name string
	Role Role
}

// Find looks a token up, in a time that does not tell how much of it was right.
func Find(shown string, lists ...[]Token) (Somebody, bool) {
	sum := sha256.Sum256([]byte(shown))
	found := Somebody{}
	for _, tokens := range lists {
		for i := range tokens {
			if subtle.ConstantTimeCompare(sum[:], tokens[i].SHA256[:]) == 1 {
				found = Somebody{tokens[i].Name, tokens[i].Role}
			}
		}
	}
	return found, found.Role != RoleNobody
}

type whoKey struct{}

func withWho(ctx context.Context, who Somebody) context.Context {
	return context.WithValue(ctx, whoKey{}, who)
}

// Who makes the request of a context.
func Who(ctx context.Context) Somebody {
	who, _ := ctx.Value(whoKey{}).(Somebody)
	return who
}

// SeesPlates reports whether plates, and the numbers of tickets and reservations that open gates, may be shown.
func SeesPlates(ctx context.Context) bool { return Who(ctx).Role >= RoleOperate }
