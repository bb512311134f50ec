package proxy

import "net/http"

// A breach is why a message is refused. The zero value means that there is
// none.
type breach uint8

const (
	breachLineFeed breach = iota + 1
	breachReturn
	breachControl
	breachBlank
	breachRequestLine
	breachMethod
	breachTarget
	breachVersion
	breachStatusLine
	breachNoColon
	breachName
	breachSpace
	breachFold
	breachLookAlike
	breachNoHost
	breachHosts
	breachHost
	breachAuthority
	breachLengths
	breachLength
	breachBoth
	breachCoding
	breachOldCoding
	breachNominated
	breachOption
	breachUpgrade
	breachConnect
	breachExpect
	breachChunkSize
	breachChunkExtension
	breachChunkEnd
	breachChunkWaste
	breachTrailer
	breachTrailerLong
	breachTargetLong
	breachHeadLong
	breachFields
	breachSlow
	breachStalled
)

// breaches are all breaches: how a client is answered, what is wrong, and where
// that is written.
var breaches = [...]struct {
	status int
	what   string
	source string
}{
	breachLineFeed:       {http.StatusBadRequest, "a line ends with a line feed alone", "RFC 9112, 2.2"},
	breachReturn:         {http.StatusBadRequest, "a carriage return stands inside a line", "RFC 9112, 2.2"},
	breachControl:        {http.StatusBadRequest, "a field has a control character in its value", "RFC 9110, 5.5"},
	breachBlank:          {http.StatusBadRequest, "several empty lines stand before it", "RFC 9112, 2.2"},
	breachRequestLine:    {http.StatusBadRequest, "its first line is not a method, a target and a version with one space between them", "RFC 9112, 3"},
	breachMethod:         {http.StatusBadRequest, "its method is not a word", "RFC 9110, 9.1"},
	breachTarget:         {http.StatusBadRequest, "its target is not one that its method may have, or has a character that must be encoded", "RFC 9112, 3.2"},
	breachVersion:        {http.StatusHTTPVersionNotSupported, "its version is neither HTTP/1.0 nor HTTP/1.1", "RFC 9112, 2.3"},
	breachStatusLine:     {http.StatusBadRequest, "its first line is not a version, a status and a reason", "RFC 9112, 4"},
	breachNoColon:        {http.StatusBadRequest, "a line of its head has no colon", "RFC 9112, 5"},
	breachName:           {http.StatusBadRequest, "a field has no name, or one with a character that names may not have", "RFC 9110, 5.1"},
	breachSpace:          {http.StatusBadRequest, "white space stands before the colon of a field", "RFC 9112, 5.1"},
	breachFold:           {http.StatusBadRequest, "a line begins with white space, as if it continued the one before", "RFC 9112, 5.2"},
	breachLookAlike:      {http.StatusBadRequest, "a field has an underscore where the one that it looks like has a hyphen", "RFC 9110, 17.10"},
	breachNoHost:         {http.StatusBadRequest, "it has no Host", "RFC 9112, 3.2"},
	breachHosts:          {http.StatusBadRequest, "it has several Hosts", "RFC 9112, 3.2"},
	breachHost:           {http.StatusBadRequest, "its Host is not a name or an address, with or without a port", "RFC 9110, 7.2"},
	breachAuthority:      {http.StatusBadRequest, "its Host is another one than its target has", "RFC 9112, 3.2.2"},
	breachLengths:        {http.StatusBadRequest, "it has several Content-Lengths", "RFC 9110, 8.6"},
	breachLength:         {http.StatusBadRequest, "its Content-Length is not a number of digits alone, or too large", "RFC 9110, 8.6"},
	breachBoth:           {http.StatusBadRequest, "it has both a Content-Length and a Transfer-Encoding", "RFC 9112, 6.1"},
	breachCoding:         {http.StatusBadRequest, "its Transfer-Encoding is not chunked, once and alone", "RFC 9112, 6.1"},
	breachOldCoding:      {http.StatusBadRequest, "it has a Transfer-Encoding, which HTTP/1.0 does not know", "RFC 9112, 6.1"},
	breachNominated:      {http.StatusBadRequest, "it names a field that says where it ends or where it goes as one to take away or to come later", "RFC 9110, 7.6.1"},
	breachOption:         {http.StatusBadRequest, "its Connection or Trailer is not a list of words", "RFC 9110, 7.6.1"},
	breachUpgrade:        {http.StatusBadRequest, "its Upgrade is not a list of protocols", "RFC 9110, 7.8"},
	breachConnect:        {http.StatusBadRequest, "a CONNECT has a body", "RFC 9110, 9.3.6"},
	breachExpect:         {http.StatusExpectationFailed, "it expects something else than 100-continue", "RFC 9110, 10.1.1"},
	breachChunkSize:      {http.StatusBadRequest, "the size of a chunk is not a number of at most 16 hexadecimal digits", "RFC 9112, 7.1"},
	breachChunkExtension: {http.StatusBadRequest, "a chunk has an extension with a character that it may not have, or that is too long", "RFC 9112, 7.1.1"},
	breachChunkEnd:       {http.StatusBadRequest, "a chunk does not end where its size says", "RFC 9112, 7.1"},
	breachChunkWaste:     {http.StatusBadRequest, "its chunks have far more extensions than content", "RFC 9112, 7.1.1"},
	breachTrailer:        {http.StatusBadRequest, "a field stands behind the body that belongs before it", "RFC 9110, 6.5.1"},
	breachTrailerLong:    {http.StatusRequestHeaderFieldsTooLarge, "the fields behind its body are too many or too long", "RFC 6585, 5"},
	breachTargetLong:     {http.StatusRequestURITooLong, "its target is too long", "RFC 9112, 3"},
	breachHeadLong:       {http.StatusRequestHeaderFieldsTooLarge, "its head is longer than 64 KiB", "RFC 6585, 5"},
	breachFields:         {http.StatusRequestHeaderFieldsTooLarge, "its head has more than 200 fields", "RFC 6585, 5"},
	breachSlow:           {http.StatusRequestTimeout, "its head took too long to come", "RFC 9110, 15.5.9"},
	breachStalled:        {http.StatusRequestTimeout, "nothing more of its body came for too long", "RFC 9110, 15.5.9"},
}

// Error says what is wrong, as the rest of a sentence about a message.
func (b breach) Error() string { return breaches[b].what + " (" + breaches[b].source + ")" }
