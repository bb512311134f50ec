// Ends with 0 if the server is trusted, and with 60 if it is not.
import java.net.Socket;
import java.util.List;
import javax.net.ssl.*;

class Client {
    public static void main(String[] args) throws Exception {
        Socket plain = new Socket("127.0.0.1", Integer.parseInt(args[0]));
        plain.setSoTimeout(10000);
        String name = args.length > 1 ? args[1] : "localhost";
        SSLSocket secure = (SSLSocket) ((SSLSocketFactory) SSLSocketFactory.getDefault()).createSocket(plain, name, 443, true);
        SSLParameters p = secure.getSSLParameters();
        p.setEndpointIdentificationAlgorithm("HTTPS"); // without it no name is looked at
        p.setServerNames(List.of(new SNIHostName(name)));
        secure.setSSLParameters(p);
        try {
            secure.startHandshake();
        } catch (SSLHandshakeException refused) {
            System.exit(60);
        }
    }
}
