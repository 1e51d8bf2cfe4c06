package app_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gatehouse/drivers"
	"gatehouse/gateway/lot"
)

// A gate with a reader, a printer and a light of their own: each does its part, and the column no longer prints.
func TestDevicesThatStandApartFromAColumn(t *testing.T) {
	inBubble(t, func(b *bench) {
		for name, role := range map[string]string{"IN-reader": "reader", "IN-printer": "printer", "IN-light": "light"} {
			b.add(name, role, "gate", "IN")
		}
		b.start()
		b.arrive("IN", "")
		b.devices["IN-column"].press(drivers.ButtonTicket)
		b.wait(5 * time.Second)
		expect(b, "tickets of the printer", b.devices["IN-printer"].count("print T"), 1)
		expect(b, "tickets of the column", b.devices["IN-column"].count("print"), 0)
		for _, name := range []string{"IN-light", "IN-reader", "IN-column"} {
			expect(b, "welcomes on "+name, b.devices[name].count("show Welcome") > 0, true)
		}
	})
}

// A monitor's conditions are checks and measures while it looks, and nothing once it can't.
func TestAMonitorIsPartOfTheHealth(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.site += "[[device]]\nid = \"ups\"\ndriver = \"fake\"\nrole = \"monitor\"\nsettings = { name = \"ups\" }\n"
		b.devices["ups"] = newDevice()
		b.start()
		tell := func(c drivers.Condition) {
			b.devices["ups"].watched <- func(f *fake) error {
				f.reportCondition(c)
				return nil
			}
			b.wait(time.Second)
		}
		tell(drivers.Condition{ID: "charge", Value: 80, Unit: "percent"})
		expect(b, "charge", b.check("ups/charge"), "info 80 percent")
		tell(drivers.Condition{ID: "charge", Value: 8, Unit: "percent", State: drivers.ConditionFault, Do: "Bring the mains back."})
		expect(b, "an empty battery", b.check("ups/charge"), "fault 8 percent Bring the mains back.")
		measured := 0.0
		for _, m := range b.app.Measures() {
			if m.Name == "lot_monitor" && m.Labels["condition"] == "charge" {
				measured = m.Value
			}
		}
		expect(b, "the measure", measured, 8)
		b.devices["ups"].lose(errors.New("the bus is stuck"))
		b.wait(time.Second)
		expect(b, "a charge that nobody knows", b.check("ups/charge"), "")
	})
}

// A camera's readings tell of the camera: how its clock goes, and whether it opens past the gateway.
func TestACameraIsAudited(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		read := func(aheadMS int64, opens drivers.Tri) {
			now := time.Now().UnixMilli()
			b.devices["IN-camera"].watched <- func(f *fake) error {
				f.reportPlate(drivers.PlateRead{Raw: "AB1", Confidence: 900, CameraMS: now + aheadMS, GatewayMS: now, Opens: opens})
				return nil
			}
			b.wait(time.Second)
		}
		read(2_000, drivers.No)
		expect(b, "a clock", b.check("IN-camera/clock"), "info 2 s, by which the camera's clock is ahead")
		expect(b, "who opens", b.check("IN-camera/own_list"), "info the gateway alone opens")
		read(-25_200_000, drivers.Yes)
		expect(b, "a clock in another zone", strings.HasPrefix(b.check("IN-camera/clock"), "warning -25200 s"), true)
		expect(b, "its own list", strings.HasPrefix(b.check("IN-camera/own_list"), "fault the camera opens the barrier"), true)
	})
}

// check is how a check of the health is, or "".
func (b *bench) check(id string) string {
	for _, c := range b.app.Health().Checks {
		if c.ID == id {
			text := map[lot.Severity]string{lot.Info: "info ", lot.Warning: "warning ", lot.Fault: "fault "}[c.Severity] + c.Value
			if c.Do != "" {
				text += " " + c.Do
			}
			return text
		}
	}
	return ""
}

// A board that is absent is not looked for with each question, and is found when it comes.
func TestAnAbsentBoardIsAskedForNowAndThen(t *testing.T) {
	inBubble(t, func(b *bench) {
		asked, absent := 0, errors.New("no chip")
		b.noBoard = func() error {
			asked++
			return absent
		}
		b.start()
		for range 20 {
			expect(b, "a board that is absent", strings.HasPrefix(b.check("board"), "fault no chip Let `lotctl board check"), true)
		}
		expect(b, "questions", asked, 1)
		absent = nil
		b.wait(6 * time.Second)
		expect(b, "a board that has come", b.check("board"), "info bench")
		expect(b, "questions", asked, 2)
	})
}

// What makes no sense to a driver is logged with what to do, and not for each byte.
func TestFaultsOfADriverAreLogged(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		for range 100 {
			b.devices["IN-column"].watched <- func(f *fake) error {
				f.Note(errors.New("osdp: a packet with a wrong checksum: check the cable"))
				return nil
			}
			b.wait(100 * time.Millisecond)
		}
		b.wait(time.Minute)
		lines := b.logged.with("made no sense", "device=IN-column", "check the cable")
		expect(b, "lines about it", lines >= 1 && lines <= 2, true)
	})
}
