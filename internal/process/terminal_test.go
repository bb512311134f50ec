package process

import "testing"

func TestTerminalName(t *testing.T) {
	for device, want := range map[uint32]string{
		0:                         "",
		136<<8 | 3:                "pts/3",
		137<<8 | 3:                "pts/259",
		136<<8 | 300&0xff | 1<<20: "pts/300", // minors above 255 lie above the major
		4<<8 | 1:                  "tty1",
		4<<8 | 64:                 "ttyS0",
		204<<8 | 65:               "ttyAMA1",
		229 << 8:                  "hvc0",
		5<<8 | 1:                  "5:1",
		204<<8 | 5:                "204:5",
	} {
		if got := terminalName(device); got != want {
			t.Errorf("%#x: %q; want %q", device, got, want)
		}
	}
}

func FuzzTerminalName(f *testing.F) {
	f.Add(uint32(136<<8 | 3))
	f.Fuzz(func(t *testing.T, device uint32) {
		if got := terminalName(device); (got == "") != (device == 0) || len(got) > 20 {
			t.Errorf("%#x: %q", device, got)
		}
	})
}
