package lorawan_test

import (
	"encoding/base64"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/lorawan"
)

const (
	euiA = "70b3d5e75e004d01"
	euiB = "70b3d5e75e004d02"
)

func settings(model string, sensors ...string) drivers.Settings {
	return drivers.Settings{"broker": "lora", "model": model, "sensors": sensors, "application": "+"}
}

func TestNetworkKeepsTheContract(t *testing.T) {
	for _, server := range []string{"chirpstack", "ttn"} {
		t.Run(server, func(t *testing.T) {
			drivertest.TestSensor(t, func() drivertest.ListenerBench {
				host := drivertest.NewHost()
				broker := host.FakeBroker("lora")
				simulator := lorawan.Simulator{Publish: broker.Publish, Application: "7", Things: server == "ttn"}
				with := settings("bosch-parking-lot-sensor", euiA)
				with["server"] = server
				return drivertest.ListenerBench{
					Bench:  drivertest.Bench{Driver: lorawan.Driver(), Host: host, Names: []string{"lora"}, Settings: with},
					Report: func(any) { _ = simulator.SendOccupied(euiA, true, false) },
					Garble: func(any) {
						broker.Publish("application/7/device/"+euiA+"/event/up", []byte(`{"deviceInfo":{}}`), false)
						broker.Publish("application/7/device/"+euiA+"/event/up", []byte(`{"deviceInfo":{"devEui":"`+euiB+`"},"fPort":1,"data":"AQ=="}`), false)
						broker.Publish("v3/7@ttn/devices/a/up", []byte(`{"end_device_ids":{}}`), false)
						_ = simulator.Send(euiA, 77, []byte{1})
					},
				}
			})
		})
	}
}

// story runs a network while tell publishes, and returns what it reported.
func story(t *testing.T, with drivers.Settings, tell func(s *lorawan.Simulator, device *lorawan.Network)) (samples []drivers.Sample) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		host := drivertest.NewHost()
		made, err := lorawan.Driver().Make(host, with)
		if err != nil {
			t.Fatal(err)
		}
		device := made.(*lorawan.Network)
		go func() { _ = device.Sense(t.Context(), func(s drivers.Sample) { samples = append(samples, s) }) }()
		synctest.Wait()
		tell(&lorawan.Simulator{Publish: host.FakeBroker("lora").Publish, Application: "7", Address: "01aabbcc"}, device)
		time.Sleep(time.Second)
		synctest.Wait()
	})
	return samples
}

func occupied(channel int, yes bool) drivers.Sample {
	return drivers.Sample{Channel: channel, Kind: drivers.SampleOccupied, Occupied: yes}
}

func TestACarComesAndGoes(t *testing.T) {
	got := story(t, settings("Bosch TPL110", euiA, "70-B3-D5-E7-5E-00-4D-02"), func(s *lorawan.Simulator, _ *lorawan.Network) {
		_ = s.SendOccupied(euiB, true, false)
		_ = s.SendOccupied(euiB, true, true) // a heartbeat says that the sensor lives, and no more
		_ = s.SendOccupied(euiA, true, false)
		_ = s.SendOccupied(euiB, false, false)
		_ = s.SendOccupied("70b3d5e75e004dff", true, false) // another sensor of the application
	})
	want := []drivers.Sample{occupied(1, true), {Channel: 1, Kind: drivers.SampleAlive}, occupied(0, true), occupied(1, false)}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestUplinksCountOnceAndInTheirOrder(t *testing.T) {
	got := story(t, settings("bosch-parking-lot-sensor", euiA), func(s *lorawan.Simulator, device *lorawan.Network) {
		send := func(address string, counter uint32, state byte) {
			s.Address = address
			_ = s.SendCounted(euiA, counter, 1, []byte{state})
		}
		send("01", 10, 1)
		send("01", 10, 1) // heard by a second gateway, a little later
		send("01", 12, 0)
		send("01", 11, 1) // overtaken
		send("02", 0, 1)  // joined again
		send("01", 13, 0) // still on its way from before
		send("02", 1, 0)
		time.Sleep(time.Second)
		if device.Repeated() != 1 || device.Late() != 2 || device.Skipped() != 0 {
			t.Errorf("%d repeated, %d late, %d skipped: want 1, 2, 0", device.Repeated(), device.Late(), device.Skipped())
		}
	})
	want := []drivers.Sample{occupied(0, true), occupied(0, false), occupied(0, true), occupied(0, false)}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// The broker is gone for a moment, and what was heard before comes again: it counts once, and moves no car.
func TestWhatComesAgainOnANewConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := drivertest.NewHost()
		made, err := lorawan.Driver().Make(host, settings("bosch-parking-lot-sensor", euiA))
		if err != nil {
			t.Fatal(err)
		}
		device := made.(*lorawan.Network)
		simulator := &lorawan.Simulator{Publish: host.FakeBroker("lora").Publish, Application: "7", Address: "01"}
		var samples []drivers.Sample
		ended := make(chan error, 1)
		listen := func() {
			go func() { ended <- device.Sense(t.Context(), func(s drivers.Sample) { samples = append(samples, s) }) }()
			synctest.Wait()
		}
		send := func(counter uint32, state byte) { _ = simulator.SendCounted(euiA, counter, 1, []byte{state}) }
		listen()
		send(10, 1)
		send(11, 0)
		synctest.Wait()
		host.Lose("lora")
		if err := <-ended; !errors.Is(err, drivers.ErrOffline) {
			t.Errorf("error %v", err)
		}
		host.Restore("lora")
		listen()
		send(10, 1)
		send(11, 0)
		send(12, 1)
		synctest.Wait()
		if want := []drivers.Sample{occupied(0, true), occupied(0, false), occupied(0, true)}; !slices.Equal(samples, want) {
			t.Errorf("got %+v, want %+v", samples, want)
		}
		if device.Repeated() != 1 || device.Late() != 1 {
			t.Errorf("%d repeated, %d late: want 1, 1", device.Repeated(), device.Late())
		}
		host.Lose("lora")
		<-ended
	})
}

// A sensor with a fixed address that lost its counter is believed again from its second uplink on; one uplink that is far
// behind is late.
func TestASensorWithAFixedAddressStartsOver(t *testing.T) {
	got := story(t, settings("bosch-parking-lot-sensor", euiA), func(s *lorawan.Simulator, device *lorawan.Network) {
		for _, sent := range []struct {
			counter uint32
			state   byte
		}{{5000, 1}, {90, 0}, {5001, 0}, {0, 1}, {1, 1}, {2, 0}} {
			s.Address = "01"
			_ = s.SendCounted(euiA, sent.counter, 1, []byte{sent.state})
		}
		time.Sleep(time.Second)
		if device.Late() != 2 {
			t.Errorf("%d late, want 2", device.Late())
		}
	})
	want := []drivers.Sample{occupied(0, true), occupied(0, false), occupied(0, true), occupied(0, false)}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// The events are those of ChirpStack v4 with what it leaves out and adds: zeros are not written, an object of the
// server's codec is not believed, and data that only a join server can open is a fault and moves no car.
func TestEventsAsTheServerWritesThem(t *testing.T) {
	const device = `"deviceInfo":{"tenantName":"ChirpStack","applicationId":"7","devEui":"` + euiA + `","tags":{}}`
	for _, test := range []struct {
		name, event string
		samples     int
		faults      uint64
	}{
		{"the first of a session", `{"deduplicationId":"3ac7e3c4-4401-4b8d-9386-a5c902f9202d","time":"2022-07-18T09:34:15.775023242+00:00",` + device +
			`,"devAddr":"00189440","dr":1,"fPort":1,"confirmed":true,"data":"AQ==","rxInfo":[{"gatewayId":"0016c001f153a14c","rssi":-57}]}`, 1, 0},
		{"an object beside the data", `{` + device + `,"fCnt":4,"fPort":1,"data":"AQ==","object":{"occupied":false}}`, 1, 0},
		{"an object without data", `{` + device + `,"fCnt":4,"fPort":1,"object":{"occupied":true}}`, 0, 0},
		{"an answer of the radio", `{` + device + `,"fCnt":4,"data":"AQ=="}`, 0, 0},
		{"no context", `{` + device + `,"fCnt":4,"fPort":1,"data":"AQ==","joinServerContext":null}`, 1, 0},
		{"sealed", `{` + device + `,"fCnt":4,"fPort":1,"data":"AQ==","joinServerContext":{"sessionKeyId":"ab"}}`, 0, 1},
		{"no JSON", "\x0a\x24", 0, 1},
	} {
		got := story(t, settings("bosch-parking-lot-sensor", euiA), func(s *lorawan.Simulator, n *lorawan.Network) {
			s.Publish("application/7/device/"+euiA+"/event/up", []byte(test.event), false)
			time.Sleep(time.Second)
			if n.Skipped() != test.faults {
				t.Errorf("%s: %d faults, want %d", test.name, n.Skipped(), test.faults)
			}
		})
		if len(got) != test.samples || len(got) > 0 && got[0] != occupied(0, true) {
			t.Errorf("%s: got %+v, want %d", test.name, got, test.samples)
		}
	}
}

func TestSensorsOfTheThingsStack(t *testing.T) {
	with := settings("bosch-parking-lot-sensor", euiA)
	with["server"], with["application"] = "ttn", "7@ttn"
	got := story(t, with, func(s *lorawan.Simulator, device *lorawan.Network) {
		s.Things = true
		_ = s.SendOccupied(euiB, true, false) // another device of the application
		_ = s.SendOccupied(euiA, true, false)
		_ = s.SendOccupied(euiA, true, true)
		_ = s.SendCounted(euiA, 2, 1, []byte{0}) // repeated
		const ids = `{"end_device_ids":{"dev_eui":"` + euiA + `","dev_addr":"01aabbcc"},`
		for _, event := range []string{
			ids + `"simulated":true,"uplink_message":{"f_cnt":3,"f_port":1,"frm_payload":"AA=="}}`,         // from the console
			ids + `"uplink_message":{"f_cnt":4,"f_port":1,"frm_payload":"AA==","app_s_key":{"key":"00"}}}`, // sealed
			ids + `"uplink_message":{"f_cnt":5,"f_port":1,"frm_payload":"AA=="}}`,
		} {
			s.Publish("v3/7@ttn/devices/eui-"+euiA+"/up", []byte(event), false)
		}
		time.Sleep(time.Second)
		if device.Repeated() != 1 || device.Skipped() != 1 {
			t.Errorf("%d repeated, %d faults: want 1, 1", device.Repeated(), device.Skipped())
		}
	})
	want := []drivers.Sample{occupied(0, true), {Kind: drivers.SampleAlive}, occupied(0, false)}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestDistancesOfOneAndOfFourProbes(t *testing.T) {
	got := story(t, settings("em400-udl", euiA), func(s *lorawan.Simulator, _ *lorawan.Network) {
		_ = s.SendDistance(euiA, 2116)
		_ = s.Send(euiA, 85, []byte{0x01, 0x75, 92}) // the battery alone
	})
	if want := []drivers.Sample{{Kind: drivers.SampleDistance, DistanceMM: 2116}, {Kind: drivers.SampleAlive}}; !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	four := []byte{0x0d, 0x4a, 0x03, 0x16, 0x03, 0x18, 0x00, 0x14, 0x03, 0x15, 0x01}
	got = story(t, settings("dragino-ldds04", euiA, euiA, euiA, euiA), func(s *lorawan.Simulator, _ *lorawan.Network) {
		_ = s.Send(euiA, 2, four)
	})
	want := []drivers.Sample{
		{Channel: 0, Kind: drivers.SampleDistance, DistanceMM: 790}, {Channel: 1, Kind: drivers.SampleDistance, DistanceMM: 792},
		{Channel: 2, Kind: drivers.SampleInterference}, {Channel: 3, Kind: drivers.SampleDistance, DistanceMM: 789},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// A message that does not say what it is says what its spot is; one that repeats an old state says that the sensor lives.
func TestWhatAStateIsWorthDependsOnItsMessage(t *testing.T) {
	for _, test := range []struct {
		model string
		port  uint8
		data  []byte
		want  drivers.Sample
	}{
		{"milesight-vs340", 85, []byte{0x01, 0x75, 100, 0x03, 0x00, 1}, occupied(0, true)},
		{"dingtek-do200", 3, []byte{0x80, 0, 2, 1, 21, 0, 0, 0x10, 0, 1, 0x6F, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x81}, occupied(0, true)},
		{"libelium-smart-parking", 3, []byte{0x80, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0}, occupied(0, true)},
		{"libelium-smart-parking", 3, []byte{0x81, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0}, drivers.Sample{Kind: drivers.SampleAlive}},
		{"pni-placepod", 1, []byte{0x15, 0x66, 0}, occupied(0, false)},
		{"pni-placepod", 1, []byte{0x37, 0x66, 0}, drivers.Sample{Kind: drivers.SampleAlive}},
		{"dragino-ldds75", 2, []byte{0x0b, 0x45, 0, 0, 0}, drivers.Sample{Kind: drivers.SampleAlive}},
		{"dragino-mds200-lb", 2, []byte{0x0b, 0x88, 0, 20, 1, 0, 0}, drivers.Sample{Kind: drivers.SampleDistance, DistanceMM: 200}},
		{"vegapulse-air", 1, []byte{8, 0x3F, 0xA3, 0x1F, 0x15, 0x2D, 36, 1, 4, 32, 9}, drivers.Sample{Kind: drivers.SampleDistance, DistanceMM: 1274}},
	} {
		got := story(t, settings(test.model, euiA), func(s *lorawan.Simulator, _ *lorawan.Network) { _ = s.Send(euiA, test.port, test.data) })
		if len(got) != 1 || got[0] != test.want {
			t.Errorf("%s %x: got %+v, want %+v", test.model, test.data, got, test.want)
		}
	}
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	drivertest.TestRefused(t, lorawan.Driver(), map[string]drivers.Settings{
		"broker is missing":                         {},
		"model = \"\": payload: no such device":     {"broker": "lora"},
		"sensors: 0 of them: write 1 to":            {"broker": "lora", "model": "placepod"},
		`"70b3" is no device EUI`:                   settings("placepod", "70b3"),
		`server = "lorix": write chirpstack or ttn`: {"broker": "lora", "server": "lorix"},
		`application = "a/b": write`:                {"broker": "lora", "application": "a/b"},
	})
}

// Whatever the broker sends, the driver goes on, and reports the next good uplink.
func FuzzUplink(f *testing.F) {
	const chirpStack, things = "application/7/device/" + euiA + "/event/up", "v3/7@ttn/devices/a/up"
	f.Add(false, chirpStack, []byte(`{"deviceInfo":{"devEui":"`+euiA+`"},"fCnt":1,"fPort":1,"data":"AQ=="}`))
	f.Add(false, chirpStack, []byte(`{"deviceInfo":{"devEui":"`+euiA+`"},"fCnt":-1,"fPort":300,"data":"`+base64.StdEncoding.EncodeToString(make([]byte, 600))+`"}`))
	f.Add(false, "application/7/device//event/up", []byte(`[[[[`))
	f.Add(true, things, []byte(`{"end_device_ids":{"dev_eui":"`+euiA+`"},"uplink_message":{"f_cnt":1,"f_port":2,"frm_payload":"FWYB"}}`))
	f.Fuzz(func(t *testing.T, stack bool, topic string, body []byte) {
		with := settings("placepod", euiA)
		if stack {
			with["server"] = "ttn"
		}
		samples := story(t, with, func(s *lorawan.Simulator, _ *lorawan.Network) {
			s.Things, s.Address = stack, "ff"
			s.Publish(topic, body, false)
			_ = s.SendCounted(euiA, 1<<31, 2, []byte{0x15, 0x66, 0x01})
		})
		if len(samples) > 0 && samples[len(samples)-1] != occupied(0, true) || len(samples) > 2 {
			t.Errorf("%q %q: %+v", topic, body, samples)
		}
	})
}
