module gatehouse

go 1.26.0

tool (
	golang.org/x/vuln/cmd/govulncheck
	honnef.co/go/tools/cmd/staticcheck
)

require (
	github.com/alecthomas/kong v1.17.0 // commands as structs, with the help that technicians read
	github.com/creack/pty v1.1.24 // pseudo terminals, so that simulated devices meet the real serial code
	github.com/danielgtaylor/huma/v2 v2.37.2 // REST with its OpenAPI description from the same types
	github.com/fxamacker/cbor/v2 v2.10.0 // deterministic CBOR with limits on what it reads
	github.com/pelletier/go-toml/v2 v2.4.3 // TOML with positions, for files written by hand
	github.com/prometheus/client_golang v1.25.0 // metrics in the form that monitoring reads
	github.com/tarm/serial v0.0.0-20180830185346-98f6abe2eb07 // serial ports
	go.etcd.io/bbolt v1.5.0 // the lot's state in one crash-safe file
	golang.org/x/sys v0.49.0 // indirect
	periph.io/x/conn/v3 v3.7.3 // the contracts of lines and buses
	periph.io/x/host/v3 v3.8.5 // lines and buses of the boards we run on
	pgregory.net/rapid v1.3.0 // properties over generated values, with shrinking
)

require (
	github.com/BurntSushi/toml v1.4.1-0.20240526193622-a339e1f7089c // indirect
	github.com/beorn7/perks v1.0.1 // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822 // indirect
	github.com/prometheus/client_model v0.6.3 // indirect
	github.com/prometheus/common v0.72.0 // indirect
	github.com/prometheus/procfs v0.22.0 // indirect
	github.com/x448/float16 v0.8.4 // indirect
	golang.org/x/exp/typeparams v0.0.0-20231108232855-2478ac86f678 // indirect
	golang.org/x/mod v0.42.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/telemetry v0.0.0-20261010193011-f71dc92da45e // indirect
	golang.org/x/tools v0.52.0 // indirect
	golang.org/x/vuln v1.9.0 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
	honnef.co/go/tools v0.8.2 // indirect
)
