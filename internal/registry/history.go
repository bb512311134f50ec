package registry

// histories are what is worth telling of a number. What is only likely is
// said to be so.
var histories = []struct {
	port uint16
	text string
}{
	{22, "Tatu Ylönen asked for it in 1995; it was free between FTP (21) and Telnet (23), which SSH was made to replace."},
	{25, "Infected machines sent so much spam from it that most access providers block it outwards."},
	{80, "In IANA's list since RFC 1340 of July 1992, next to Tim Berners-Lee."},
	{443, "RFC 1700 of 1994 lists it as \"https MCom\": the company that became Netscape."},
	{465, "Given to SMTP over TLS in the 1990s, taken back, given to something else, and given to mail submission again by RFC 8314 in 2018; that is why IANA has two names for it."},
	{591, "One of three numbers that IANA calls http-alt, and the only one below 1024; the others are 8008 and 8080."},
	{666, "Registered for Doom; that the number was chosen for itself is a guess."},
	{1337, "\"Leet\" in digits, hence its use in examples and by Strapi and Sails."},
	{3000, "IANA has it for HBCI, home banking in Germany, and notes RemoteWare as a widespread use without assignment; nobody means either today."},
	{4321, "Astro's since version 3 (2023), before it was 3000; it reads like a countdown."},
	{5000, "macOS 12 (2021) gave it to the AirPlay receiver, on by default, and so took it from Flask: the answer \"403 Forbidden\" with \"Server: AirTunes\" comes from there. It can be switched off in the settings under AirDrop & Handoff."},
	{5173, "Vite's since version 3 (2022), before it was 3000; the digits read as VITE if V is the Roman five."},
	{6379, "It spells MERZ on a telephone's keys, after Alessia Merz, as Redis' author Salvatore Sanfilippo has told."},
	{7000, "macOS 12 (2021) gave it to the AirPlay receiver together with 5000."},
	{8000, "IANA has it for iRDMI, which is why programs that only look into its list print irdmi for a development server."},
	{8008, "Remembered because children make a pocket calculator spell a word with it; that Intel named its processor of 1972 the 8008 is a coincidence."},
	{8009, "Tomcat had AJP open here by default until Ghostcat (CVE-2020-1938). IANA gave the number to NVMe discovery in 2018."},
	{8080, "The usual stand-in for port 80 where only root may have that; it has 80 in it twice."},
	{8448, "Matrix homeservers used it for years before it was registered in 2023."},
	{9000, "Xdebug shared it with PHP-FPM until version 3 (2020) moved to 9003."},
	{10080, "Browsers refuse it since NAT Slipstreaming (2020) showed how a web page can make a router open ports."},
	{11211, "In 2018 open memcached servers on UDP amplified the largest attack known until then, 1.35 Tbit/s against GitHub."},
	{11434, "Read as letters it looks like llama; that this is the reason is a guess."},
	{12345, "The number of NetBus, malware of 1998."},
	{31337, "\"Eleet\" in digits; the number of Back Orifice (1998)."},
}

// history returns what is worth telling of a port, or nothing.
func history(port uint16) string {
	for _, h := range histories {
		if h.port == port {
			return h.text
		}
	}
	return ""
}
