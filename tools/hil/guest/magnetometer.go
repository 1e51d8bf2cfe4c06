package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/magnetic"
)

const (
	magnetBus     = 1 // i2c1 of the board
	magnetAddress = 0x0D
)

// serveMagnetometer is the child that is an I2C bus with one chip. Each line of its input is a field in nanotesla.
func serveMagnetometer() {
	chip := magnetic.NewSimulator("qmc5883l")
	go func() {
		for {
			var fieldNT [3]int32
			if _, err := fmt.Fscan(os.Stdin, &fieldNT[0], &fieldNT[1], &fieldNT[2]); err != nil {
				return
			}
			chip.Set(fieldNT, 2000)
		}
	}()
	err := serveI2C(magnetBus, func(address uint16, write, read []byte) error {
		if address != magnetAddress {
			return errors.New("nobody has this address")
		}
		return chip.Tx(write, read)
	})
	fmt.Println(err)
	os.Exit(1)
}

// magnetometer measures a chip on a bus of the kernel's, sees the field of a car, and says so when the bus has died.
func magnetometer() string {
	server := exec.Command("/guest", "magnetometer")
	server.Stdout = os.Stdout
	fields, err := server.StdinPipe()
	mustNot(err)
	mustNot(server.Start())
	path := fmt.Sprintf("/dev/i2c-%d", magnetBus)
	eventually(path+" appears", func() bool { found, _ := filepath.Glob(path); return len(found) == 1 })
	host := openHost()
	defer host.Close()
	device, err := magnetic.Driver().Make(host, drivers.Settings{"bus": "i2c1", "period_ms": int64(100)})
	mustNot(err)
	samples, ended := make(chan drivers.Sample), make(chan error, 1)
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	go func() {
		ended <- device.(drivers.Sensor).Sense(ctx, func(sample drivers.Sample) { samples <- sample })
		close(samples)
	}()
	before := fieldNear(samples, ended, 43_000)
	_, err = io.WriteString(fields, "17000 -900 30000\n")
	mustNot(err)
	after := fieldNear(samples, ended, 30_000)
	mustNot(server.Process.Kill())
	_ = server.Wait() // killed
	for range samples {
	}
	lost := <-ended
	must(errors.Is(lost, drivers.ErrOffline), "the bus has died, and the driver says %v", lost)
	return fmt.Sprintf("%d nT, with a car %d nT; then: %v", before, after, lost)
}

// fieldNear waits for a sample whose vertical field is as wanted, and returns it.
func fieldNear(samples chan drivers.Sample, ended chan error, wantNT int32) int32 {
	for sample := range samples {
		if z := sample.FieldNT[2]; sample.Kind == drivers.SampleField && z > wantNT-500 && z < wantNT+500 {
			return z
		}
	}
	panic(failure(fmt.Sprintf("no field of %d nT: %v", wantNT, <-ended)))
}
