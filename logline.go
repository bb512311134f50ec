package limen

import "time"

// A LogLine is a line that an app has printed, or the news that some were lost.
// Two are the same if all fields are.
type LogLine struct {
	Time   time.Time `json:"time"` // when its end came
	App    string    `json:"app"`
	Stream Stream    `json:"stream"`
	Level  Level     `json:"level,omitzero"` // as the line itself says; zero if it says none
	Text   string    `json:"text"`           // without its end; what it contains was chosen by the app
	Cut    bool      `json:"cut,omitempty"`  // it went on, and was too long
	Lost   int       `json:"lost,omitempty"` // so many lines before it were not kept
}

// A Stream is where an app printed a line. The zero value is invalid.
type Stream uint8

const (
	StdOut Stream = iota + 1
	StdErr
)

var streams = names{"", "out", "err"}

func (s Stream) String() string { return streams.word(int(s), "Stream") }

// MarshalText writes the stream's word, such as "out".
func (s Stream) MarshalText() ([]byte, error) { return streams.text(int(s), "stream") }

// UnmarshalText reads what MarshalText wrote.
func (s *Stream) UnmarshalText(b []byte) error {
	i, err := streams.parse(string(b), "stream")
	*s = Stream(i)
	return err
}

// A Level is how much a line matters, as it says itself. The zero value means
// that it says nothing; such a level is not written.
type Level uint8

const (
	LevelDebug Level = iota + 1
	LevelInfo
	LevelWarn
	LevelError
)

var levels = names{"", "debug", "info", "warn", "error"}

func (l Level) String() string { return levels.word(int(l), "Level") }

// MarshalText writes the level's word, such as "warn".
func (l Level) MarshalText() ([]byte, error) { return levels.text(int(l), "level") }

// UnmarshalText reads what MarshalText wrote.
func (l *Level) UnmarshalText(b []byte) error {
	i, err := levels.parse(string(b), "level")
	*l = Level(i)
	return err
}
