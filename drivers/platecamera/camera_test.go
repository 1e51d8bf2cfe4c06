package platecamera_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/platecamera"
)

// maker is a make of mirror that can be asked in two ways.
func maker() platecamera.Make {
	silent := func(ctx context.Context, _ *platecamera.Connection, _ func([]platecamera.Event) error) error {
		<-ctx.Done()
		return ctx.Err()
	}
	return platecamera.Make{Format: mirror(), Default: "a", Sources: map[string]platecamera.Source{"a": silent, "b": silent}}
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	for key, value := range map[string]any{
		"inward": "northwards", "zone": "Atlantis", "repeat_seconds": int64(-1), "address": "192.168.1.64", "source": "c", "camera": int64(7),
		"certificate_sha256": "5A:5A",
	} {
		_, err := maker().New(drivers.Settings{key: value})
		if !errors.Is(err, drivers.ErrSettings) || !strings.Contains(err.Error(), key) || !strings.Contains(err.Error(), "write") {
			t.Errorf("%s = %v: %v", key, value, err)
		}
		if maker().Settings()[key] == "" {
			t.Errorf("%s has no help", key)
		}
	}
}

// A fingerprint is of a certificate, which there is with https alone.
func TestAFingerprintWithoutACertificate(t *testing.T) {
	for _, address := range []string{"", "http://192.168.1.64"} {
		_, err := maker().New(drivers.Settings{"address": address, "certificate_sha256": strings.Repeat("5a", 32)})
		if !errors.Is(err, drivers.ErrSettings) || !strings.Contains(err.Error(), "write an address that begins with https://") {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func post(camera http.Handler, path, body string) int {
	recorder := httptest.NewRecorder()
	camera.ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, path, strings.NewReader(body)))
	return recorder.Code
}

// Nobody watches the camera: it is told to come again, and the event is not lost.
func TestAnEventThatNobodyTakesIsNotAcknowledged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		camera, err := maker().New(nil)
		if err != nil {
			t.Fatal(err)
		}
		if code := post(camera, "/", `{"a":"AB1","b":"1"}`); code != http.StatusServiceUnavailable {
			t.Errorf("answered with %d", code)
		}
		ctx, cancel := context.WithCancel(t.Context())
		got := make(chan drivers.PlateRead, 1)
		go camera.See(ctx, func(read drivers.PlateRead) { got <- read })
		if code := post(camera, "/", `{"a":"AB1","b":"1"}`); code != http.StatusOK || (<-got).Raw != "AB1" {
			t.Errorf("answered with %d", code)
		}
		cancel()
	})
}

func TestWhatACameraCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		make := platecamera.Make{Format: platecamera.Format{
			Claims: func(platecamera.Node) bool { return true },
			Read: func(events []platecamera.Event, document platecamera.Node, zone *time.Location) []platecamera.Event {
				at, ok := platecamera.TimeOf(document.Get("t"), zone)
				if !ok {
					return append(events, platecamera.Event{Kind: platecamera.Heartbeat})
				}
				return append(events, platecamera.Event{Kind: platecamera.Read, Raw: "AB1", Time: at})
			},
		}}
		camera, err := make.New(drivers.Settings{"zone": "Asia/Ho_Chi_Minh"})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		reads := 0
		go camera.See(ctx, func(read drivers.PlateRead) {
			if reads++; read.GatewayMS != time.Now().UnixMilli() || read.CameraMS != read.GatewayMS+90_000 {
				t.Errorf("%+v", read)
			}
		})
		post(camera, "/", `{}`)
		post(camera, "/", `nonsense = [`)
		post(camera, "/", `{`)
		local := time.Now().Add(7 * time.Hour).UTC().Add(90 * time.Second) // its clock is fast
		post(camera, "/", `{"t":"`+local.Format("2006-01-02 15:04:05")+`"}`)
		synctest.Wait()
		if fault := camera.Fault(); camera.Skipped() != 1 || !errors.Is(fault, platecamera.ErrBody) || reads != 1 {
			t.Errorf("%d skipped, %v, %d reads", camera.Skipped(), fault, reads)
		}
		cancel()
	})
}

// What a camera kept while the network was away opens nothing once the vehicle has gone, and is not lost without a word.
func TestAVehicleOfLongAgoOpensNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		make := platecamera.Make{Format: platecamera.Format{
			Claims: func(platecamera.Node) bool { return true },
			Read: func(events []platecamera.Event, document platecamera.Node, zone *time.Location) []platecamera.Event {
				at, _ := platecamera.EpochOf(document.Get("t"))
				return append(events, platecamera.Event{
					Kind: platecamera.Read, Raw: document.Get("a").Text(), Time: at, Late: document.Get("late").Text() == "true",
				})
			},
		}}
		camera, err := make.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		plates := ""
		go camera.See(ctx, func(read drivers.PlateRead) { plates += read.Raw + " " })
		for _, c := range []struct {
			plate  string
			ageS   int64
			isLate bool
		}{{"AA1", 0, false}, {"BB2", 600, true}, {"CC3", 20, true}, {"DD4", 600, false}} { // DD4: a clock that is wrong
			post(camera, "/", fmt.Sprintf(`{"a":%q,"t":%d,"late":%t}`, c.plate, time.Now().Unix()-c.ageS, c.isLate))
		}
		post(camera, "/", `{"a":"EE5","late":true}`)
		synctest.Wait()
		if plates != "AA1 CC3 DD4 " || camera.Skipped() != 2 || !strings.Contains(camera.Fault().Error(), "kept a vehicle") {
			t.Errorf("told %q, %d noted, %v", plates, camera.Skipped(), camera.Fault())
		}
		cancel()
	})
}

// Posts that never end take a bounded part of the memory, and whoever comes after them is told to come again.
func TestPostsThatNeverEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		camera, err := maker().New(nil)
		if err != nil {
			t.Fatal(err)
		}
		in, out := io.Pipe()
		answers := make(chan int)
		for range 8 {
			go func() {
				recorder := httptest.NewRecorder()
				camera.ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, "/", in))
				answers <- recorder.Code
			}()
		}
		synctest.Wait()
		if code := post(camera, "/", `{"a":"AB1","b":"1"}`); code != http.StatusServiceUnavailable {
			t.Errorf("the ninth is answered with %d", code)
		}
		out.CloseWithError(errors.New("cut"))
		for range 8 {
			if code := <-answers; code != http.StatusBadRequest {
				t.Errorf("a post that was cut is answered with %d", code)
			}
		}
		if code := post(camera, "/", `<r/>`); code != http.StatusBadRequest {
			t.Errorf("after them, one is answered with %d", code)
		}
	})
}
