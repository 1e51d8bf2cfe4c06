package main_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/lorawan"
	"gatehouse/drivers/mqttbroker"
	"gatehouse/sync/mqtt/mosquitto"
)

// TestALotOfLoRaWANSensors runs the example whose sensors and display are on an MQTT broker, against a real one: what a sensor
// sends is on the display, and again after the broker was restarted and has forgotten everything.
func TestALotOfLoRaWANSensors(t *testing.T) {
	address := mosquitto.FreeAddress(t)
	broker := mosquitto.Start(t, address)
	example, err := os.ReadFile("examples/lorawan.toml")
	if err != nil {
		t.Fatal(err)
	}
	f := newFolder(t, strings.NewReplacer(
		"192.168.1.20:1883", address, `listen = ":8080"`, `listen = "127.0.0.1:0"`, "period_ms = 3600000", "debounce_ms = 0",
	).Replace(string(example)))
	p := f.start()
	ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
	defer cancel()
	air := openAir(t, address)
	display := watchDisplay(ctx, air)
	display.await(ctx, t, p, `{"available":4,"total":4,"status":"green"}`, func() {
		for _, sensor := range []string{"1", "2", "3", "4"} {
			air.send(ctx, "70b3d5e75e004d0"+sensor, false)
		}
	})
	display.await(ctx, t, p, `{"available":3,"total":4,"status":"green"}`, func() { air.send(ctx, "70b3d5e75e004d02", true) })

	_ = broker.Process.Kill()
	_ = broker.Wait()
	mosquitto.Start(t, address)
	air = openAir(t, address)
	display = watchDisplay(ctx, air)
	display.await(ctx, t, p, `{"available":2,"total":4,"status":"green"}`, func() { air.send(ctx, "70b3d5e75e004d03", true) })
	if code := p.term(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.remarks())
	}
}

// air is what a network server hears of sensors and passes on.
type air struct {
	t         *testing.T
	broker    drivers.Broker
	simulator lorawan.Simulator
}

func openAir(t *testing.T, address string) *air {
	broker, err := mqttbroker.Brokers{Known: map[string]mqttbroker.Broker{"lora": {URL: "tcp://" + address}}, Client: "chirpstack"}.Open("lora")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = broker.Close() })
	return &air{t: t, broker: broker, simulator: lorawan.Simulator{Application: "7", Address: "01"}}
}

func (a *air) send(ctx context.Context, eui string, occupied bool) {
	a.simulator.Publish = func(topic string, payload []byte, retained bool) {
		if err := a.broker.Publish(ctx, topic, payload, retained); err != nil {
			a.t.Error(err)
		}
	}
	if err := a.simulator.SendOccupied(eui, occupied, false); err != nil {
		a.t.Error(err)
	}
}

// display is what listens to displays/field/F.
type display chan string

func watchDisplay(ctx context.Context, a *air) display {
	heard := make(display, 64)
	go func() {
		_ = a.broker.Watch(ctx, "displays/field/F", func(_ string, payload []byte) { heard <- string(payload) })
	}()
	return heard
}

// await does something again and again until the display shows what is wanted: the gateway may not listen yet.
func (d display) await(ctx context.Context, t *testing.T, p *process, want string, again func()) {
	t.Helper()
	ticker := time.NewTicker(300 * time.Millisecond)
	defer ticker.Stop()
	for last := ""; ; {
		select {
		case last = <-d:
			if last == want {
				return
			}
		case <-ticker.C:
			again()
		case <-ctx.Done():
			t.Fatalf("the display shows %s, want %s\n%s", last, want, p.remarks())
		}
	}
}
