package store_test

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

	"gatehouse/cloud/store"
	"gatehouse/sync/fact"
)

// cluster is a private PostgreSQL server, which listens on a socket in its folder and nowhere else.
type cluster struct {
	bin, data, socket string
	port              int
	owner             *syscall.Credential
}

// skipOrFail: without the package these tests skip, but not where it was asked for (make integration).
func skipOrFail(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("GATEHOUSE_INTEGRATION") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// onlyInIntegration leaves out what takes long.
func onlyInIntegration(t *testing.T) {
	t.Helper()
	if os.Getenv("GATEHOUSE_INTEGRATION") == "" {
		t.Skip("make integration runs it")
	}
}

// newCluster finds the programs of Debian's package and the user that may run them.
func newCluster(t *testing.T) *cluster {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		skipOrFail(t, "PostgreSQL is not here: apt-get install postgresql")
	}
	slices.Sort(found)
	c := &cluster{bin: filepath.Dir(found[len(found)-1]), port: 5432}
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
	c.data, c.socket = filepath.Join(folder, "data"), folder
	return c
}

func (c *cluster) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, filepath.Join(c.bin, program), args...)
	command.Dir = c.socket
	command.Env = append(os.Environ(), "LC_ALL=C")
	command.SysProcAttr = &syscall.SysProcAttr{Credential: c.owner, Pdeathsig: syscall.SIGQUIT}
	return command
}

func (c *cluster) run(t *testing.T, program string, args ...string) {
	t.Helper()
	if out, err := c.command(t.Context(), program, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
}

// start runs the server until the test ends, and returns when it answers. Stop ends it at once, as a crash would.
func (c *cluster) start(t *testing.T, settings ...string) (stop func()) {
	t.Helper()
	args := []string{"-D", c.data, "-k", c.socket, "-p", strconv.Itoa(c.port), "-c", "listen_addresses=", "-c", "shared_buffers=32MB"}
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
	for range 300 {
		if c.command(t.Context(), "pg_isready", "-q", "-h", c.socket, "-p", strconv.Itoa(c.port)).Run() == nil {
			return stop
		}
		time.Sleep(100 * time.Millisecond)
	}
	text, _ := os.ReadFile(log.Name())
	t.Fatalf("PostgreSQL doesn't answer:\n%s", text)
	return nil
}

func (c *cluster) sql(t *testing.T, statement string) {
	t.Helper()
	c.run(t, "psql", "-q", "-h", c.socket, "-p", strconv.Itoa(c.port), "-U", "gatehouse", "-c", statement, "postgres")
}

func (c *cluster) address(database string) string {
	return fmt.Sprintf("host=%s port=%d user=gatehouse dbname=%s", c.socket, c.port, database)
}

func (c *cluster) init(t *testing.T) {
	t.Helper()
	c.run(t, "initdb", "-D", c.data, "-U", "gatehouse", "-A", "trust", "-N", "-E", "UTF8", "--no-locale")
}

func openPostgres(address, dir string) opener {
	return func(t *testing.T) store.Store {
		t.Helper()
		s, err := store.OpenPostgres(t.Context(), address, dir, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
}

func TestPostgreSQL(t *testing.T) {
	c := newCluster(t)
	c.init(t)
	c.start(t)
	databases := 0
	fresh := func(t *testing.T) opener {
		databases++
		name := fmt.Sprint("store", databases)
		c.sql(t, "CREATE DATABASE "+name)
		return openPostgres(c.address(name), t.TempDir())
	}
	suite(t, fresh)
	t.Run("several aggregators share the work", func(t *testing.T) {
		onlyInIntegration(t)
		testTogether(t, fresh(t))
	})
}

// testTogether has three aggregators take the same messages of four locations at once, in other orders.
func testTogether(t *testing.T, open opener) {
	gateways := map[fact.LocationID]*gateway{}
	messages := map[fact.LocationID][][]byte{}
	for i, id := range []fact.LocationID{"a", "b", "c", "d"} {
		gateways[id] = newGateway(id, uint64(i+1))
		for range 5 {
			messages[id] = append(messages[id], gateways[id].batch(t, 60))
		}
	}
	s := open(t)
	var group sync.WaitGroup
	for range 3 {
		a := newAggregator(open(t))
		group.Go(func() {
			for id, list := range messages {
				for _, message := range list {
					for attempt := 0; attempt < 50; attempt++ {
						if result, _ := a.take(t, id, message); result.Err == nil {
							break
						}
					}
				}
			}
		})
	}
	group.Wait()
	for id, g := range gateways {
		if digestOf(t, s, id) != g.book(time.UTC).Digest() {
			t.Errorf("%s: the rows are not what the facts come to", id)
		}
	}
}

func TestASynchronousStandbyMakesFactsStable(t *testing.T) {
	onlyInIntegration(t)
	primary := newCluster(t)
	primary.init(t)
	primary.start(t, "wal_level=replica", "max_wal_senders=4", "synchronous_standby_names=standby", "synchronous_commit=local")
	s := openPostgres(primary.address("postgres"), t.TempDir())(t)
	g, a := newGateway("p8", 1), newAggregator(s)
	a.take(t, "p8", g.batch(t, 100))
	if stability, err := s.Stable(t.Context()); err != nil || !stability.Known || !stability.Behind {
		t.Fatalf("without the standby: %+v %v", stability, err)
	}

	standby := newCluster(t)
	standby.port = 5433
	standby.run(t, "pg_basebackup", "-D", standby.data, "-R", "-X", "stream", "-c", "fast", "-d",
		fmt.Sprintf("host=%s port=%d user=gatehouse application_name=standby", primary.socket, primary.port))
	crash := standby.start(t)
	a.take(t, "p8", g.batch(t, 100))
	for attempt := 0; ; attempt++ {
		stability, err := s.Stable(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !stability.Behind {
			break
		}
		if attempt == 100 {
			t.Fatal("the standby never caught up")
		}
		time.Sleep(100 * time.Millisecond)
	}

	// The primary is lost for good; the standby has all that was called stable.
	crash()
	standby.start(t)
	standby.run(t, "pg_ctl", "promote", "-w", "-D", standby.data)
	second := openPostgres(standby.address("postgres"), t.TempDir())(t)
	if digestOf(t, second, "p8") != g.book(time.UTC).Digest() {
		t.Error("the standby lacks what was stable")
	}
}
