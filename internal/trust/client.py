# Ends with 0 if the server is trusted, and with 60 if it is not.
import socket, ssl, sys

name = sys.argv[2] if len(sys.argv) > 2 else "localhost"
try:
    with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10) as plain:
        ssl.create_default_context().wrap_socket(plain, server_hostname=name).close()
except ssl.SSLCertVerificationError:
    sys.exit(60)
