package registry

// messageFacts are brokers and queues, and the protocols they speak.
var messageFacts = []fact{
	{1883, tcp, []string{"MQTT: Mosquitto, EMQX, HiveMQ"}},
	{4222, tcp, []string{"NATS"}},
	{4369, tcp, []string{"epmd, the Erlang port mapper: RabbitMQ, ejabberd, CouchDB"}},
	{4730, tcp, []string{"Gearman"}},
	{5671, tcp, []string{"AMQP over TLS: RabbitMQ"}},
	{5672, tcp, []string{"AMQP: RabbitMQ, ActiveMQ, Qpid"}},
	{5683, udp, []string{"CoAP: small devices"}},
	{5684, udp, []string{"CoAP over DTLS"}},
	{6222, tcp, []string{"NATS, between servers"}},
	{6650, tcp, []string{"Apache Pulsar"}},
	{8084, tcp, []string{"EMQX, MQTT over secure WebSocket"}},
	{8161, tcp, []string{"ActiveMQ, console"}},
	{8222, tcp, []string{"NATS, monitoring"}},
	{8883, tcp, []string{"MQTT over TLS"}},
	{9092, tcp, []string{"Apache Kafka, Redpanda"}},
	{9093, tcp, []string{"Alertmanager", "Kafka over TLS or its KRaft controller, by convention"}},
	{11300, tcp, []string{"beanstalkd"}},
	{15672, tcp, []string{"RabbitMQ, management page and API"}},
	{18083, tcp, []string{"EMQX, dashboard"}},
	{25672, tcp, []string{"RabbitMQ, between nodes"}},
	{61613, tcp, []string{"STOMP: ActiveMQ, RabbitMQ"}},
	{61616, tcp, []string{"ActiveMQ, OpenWire; ActiveMQ Artemis, all protocols"}},
}
