// Ends with 0 if the server is trusted, and with 60 if it is not.
const tls = require("tls");
const socket = tls.connect({ host: "127.0.0.1", port: Number(process.argv[2]), servername: process.argv[3] || "localhost", rejectUnauthorized: false });
socket.setTimeout(10000, () => process.exit(1));
socket.on("secureConnect", () => process.exit(socket.authorized ? 0 : 60));
socket.on("error", () => process.exit(1));
