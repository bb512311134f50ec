package registry

// chatFacts are people talking to people: Matrix, XMPP, IRC, telephones. The
// client API of Matrix is on 8008, among the web's.
var chatFacts = []fact{
	{1719, udp, []string{"H.323, gatekeepers"}},
	{1720, tcp, []string{"H.323 calls: video conferencing of old"}},
	{1935, tcp, []string{"RTMP: OBS to a streaming server"}},
	{4569, udp, []string{"IAX2, between Asterisk servers"}},
	{5060, both, []string{"SIP: Asterisk, FreeSWITCH, telephones"}},
	{5061, tcp, []string{"SIP over TLS"}},
	{5222, tcp, []string{"XMPP, clients: ejabberd, Prosody, Openfire"}},
	{5223, tcp, []string{"Apple push notifications, outgoing", "XMPP over TLS of old"}},
	{5228, tcp, []string{"Google push messages to Android and Chrome, outgoing"}},
	{5269, tcp, []string{"XMPP, between servers"}},
	{5280, tcp, []string{"XMPP over HTTP (BOSH) and WebSocket: Prosody, ejabberd"}},
	{5281, tcp, []string{"Prosody, HTTPS"}},
	{5347, tcp, []string{"XMPP components: bridges and bots, on localhost"}},
	{6667, tcp, []string{"IRC, without TLS"}},
	{6697, tcp, []string{"IRC over TLS"}},
	{7880, tcp, []string{"LiveKit, also for Matrix calls"}},
	{8448, tcp, []string{"Matrix homeservers, federation with each other over TLS"}},
	{9987, udp, []string{"TeamSpeak 3, voice"}},
	{10011, tcp, []string{"TeamSpeak 3, ServerQuery"}},
	{30033, tcp, []string{"TeamSpeak 3, file transfer"}},
	{64738, both, []string{"Mumble"}},
}
