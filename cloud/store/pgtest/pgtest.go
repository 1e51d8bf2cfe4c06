package pgtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Cluster is a private PostgreSQL server, which listens on a socket in its folder and nowhere else.
type Cluster struct {
	Data, Socket string // folders
	Port         int
	bin          string
	owner        *syscall.Credential
}

// skipOrFail: without the package these tests skip, but not where it was asked for (make integration).
func skipOrFail(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("GATEHOUSE_INTEGRATION") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// OnlyInIntegration leaves out what takes long.
func OnlyInIntegration(t testing.TB) {
	t.Helper()
	if os.Getenv("GATEHOUSE_INTEGRATION") == "" {
		t.Skip("make integration runs it")
	}
}

// New finds the programs of Debian's package and the user that may run them.
func New(t testing.TB) *Cluster {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		skipOrFail(t, "PostgreSQL is not here: apt-get install postgresql")
	}
	slices.Sort(found)
	c := &Cluster{bin: filepath.Dir(found[len(found)-1]), Port: 5432}
	if os.Getuid() == 0 {
		owner, err := user.Lookup("postgres")
		if err != nil {
			skipOrFail(t, "PostgreSQL doesn't run as root, and there is no user postgres")
		}
		uid, _ := strconv.Atoi(owner.Uid)
		gid, _ := strconv.Atoi(owner.Gid)
		c.owner = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	folder, err := os.MkdirTemp("", "gatehouse-pg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	if c.owner != nil {
		if err := os.Chown(folder, int(c.owner.Uid), int(c.owner.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	c.Data, c.Socket = filepath.Join(folder, "data"), folder
	return c
}

func (c *Cluster) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, filepath.Join(c.bin, program), args...)
	command.Dir = c.Socket
	command.Env = append(os.Environ(), "LC_ALL=C")
	command.SysProcAttr = &syscall.SysProcAttr{Credential: c.owner, Pdeathsig: syscall.SIGQUIT}
	return command
}

// Run runs one of the package's programs to its end.
func (c *Cluster) Run(t testing.TB, program string, args ...string) {
	t.Helper()
	if out, err := c.command(t.Context(), program, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
}

// startLimit is how long a server may take to answer, on a machine with much else to do.
const startLimit = 3 * time.Minute

// Start runs the server until the test ends, and returns when it answers. Stop ends it at once, as a crash would.
func (c *Cluster) Start(t testing.TB, settings ...string) (stop func()) {
	t.Helper()
	args := []string{"-D", c.Data, "-k", c.Socket, "-p", strconv.Itoa(c.Port), "-c", "listen_addresses=", "-c", "shared_buffers=32MB"}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	command := c.command(context.Background(), "postgres", args...)
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	command.Stderr = log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		_ = command.Process.Signal(syscall.SIGQUIT)
		_ = command.Wait()
		_ = log.Close()
	})
	t.Cleanup(stop)
	for end := time.Now().Add(startLimit); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if c.command(t.Context(), "pg_isready", "-q", "-h", c.Socket, "-p", strconv.Itoa(c.Port)).Run() == nil {
			return stop
		}
	}
	text, _ := os.ReadFile(log.Name())
	t.Fatalf("PostgreSQL doesn't answer:\n%s", text)
	return nil
}

// SQL runs a statement.
func (c *Cluster) SQL(t testing.TB, statement string) {
	t.Helper()
	c.Run(t, "psql", "-q", "-h", c.Socket, "-p", strconv.Itoa(c.Port), "-U", "gatehouse", "-c", statement, "postgres")
}

// Address is the connection string of a database.
func (c *Cluster) Address(database string) string {
	return fmt.Sprintf("host=%s port=%d user=gatehouse dbname=%s", c.Socket, c.Port, database)
}

// Init makes an empty cluster of databases.
func (c *Cluster) Init(t testing.TB) {
	t.Helper()
	c.Run(t, "initdb", "-D", c.Data, "-U", "gatehouse", "-A", "trust", "-N", "-E", "UTF8", "--no-locale")
}
