package mosquitto_test

import (
	"errors"
	"net"
	"syscall"
	"testing"

	"gatehouse/sync/mqtt/mosquitto"
)

// Nobody listens there, and to who does not name it and mean to share it, it is taken: so it is to the kernel, which looks for
// any port. Who names it has it again and again.
func TestAFreeAddressStaysFree(t *testing.T) {
	address := mosquitto.FreeAddress(t)
	unshared := net.ListenConfig{Control: func(_, _ string, conn syscall.RawConn) (err error) {
		controlled := conn.Control(func(socket uintptr) {
			err = syscall.SetsockoptInt(int(socket), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 0)
		})
		return errors.Join(controlled, err)
	}}
	for range 3 {
		if connection, err := net.Dial("tcp", address); err == nil {
			_ = connection.Close()
			t.Error("somebody listens there")
		}
		if other, err := unshared.Listen(t.Context(), "tcp", address); !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("%v, %v", other, err)
		}
		own, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		_ = own.Close()
	}
}
