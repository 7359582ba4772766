package io.sallyport.eventloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.sallyport.eventloop.InheritedSocket.Family;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel says of a descriptor that was handed over. */
class InheritedSocketTest {
    @TempDir
    private Path directory;

    @BeforeAll
    static void nativeLibraryComesFirst() {
        assertThat(Transport.EPOLL.unavailability()).isNull();
    }

    @Test
    void aListeningTcpSocketIsServed() throws IOException {
        Socket socket = listening();
        try {
            InheritedSocket found = InheritedSocket.of(socket.intValue());

            assertThat(found.family()).isEqualTo(Family.INET);
            assertThat(found.address()).isEqualTo(socket.localAddress());
        } finally {
            socket.close();
        }
    }

    @Test
    void aListeningUnixSocketIsServedUnderItsPath() throws IOException {
        Path path = directory.resolve("x.sock");
        Socket socket = Socket.newSocketDomain();
        try {
            socket.bind(new DomainSocketAddress(path.toFile()));
            socket.listen(1);

            assertThat(InheritedSocket.of(socket.intValue()))
                    .isEqualTo(new InheritedSocket(
                            socket.intValue(), Family.UNIX, new DomainSocketAddress(path.toFile())));
        } finally {
            socket.close();
        }
    }

    @Test
    void aSocketThatDoesNotListenIsTold() throws IOException {
        assertRefused(Socket.newSocketStream(), "the socket does not listen");
        assertRefused(Socket.newSocketDomain(), "the socket does not listen");
    }

    @Test
    void aConnectionOfOneClientIsTold() throws IOException {
        Socket listening = listening();
        Socket client = Socket.newSocketStream();
        client.connect(listening.localAddress());
        Path path = directory.resolve("x.sock");
        Socket unix = Socket.newSocketDomain();
        unix.bind(new DomainSocketAddress(path.toFile()));
        unix.listen(1);
        Socket unixClient = Socket.newSocketDomain();
        unixClient.connect(new DomainSocketAddress(path.toFile()));
        byte[] address = new byte[128];
        Socket accepted = new Socket(unix.accept(address));

        assertRefused(client, "the socket is one client's connection (expected: Accept=no in the socket unit)");
        assertRefused(unixClient, "the socket is one client's connection");
        assertRefused(accepted, "the socket is one client's connection");
        listening.close();
        unix.close();
    }

    @Test
    void datagramsAreTold() throws IOException {
        String expected = "a datagram socket was handed over (expected: ListenStream= in the socket unit)";
        assertRefused(Socket.newSocketDgram(), expected);
        assertRefused(Socket.newSocketDomainDgram(), expected);
    }

    @Test
    void whatIsNoSocketIsTold() throws IOException {
        FileDescriptor file =
                FileDescriptor.from(Files.createFile(directory.resolve("file")).toFile());
        assertRefused(file, "what was handed over is no socket");
        assertThatThrownBy(() -> InheritedSocket.of(file.intValue()))
                .hasMessage("descriptor " + file.intValue() + " is not open");
    }

    private static Socket listening() throws IOException {
        Socket socket = Socket.newSocketStream();
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        socket.listen(1);
        return socket;
    }

    private static void assertRefused(FileDescriptor descriptor, String words) throws IOException {
        try {
            assertThatThrownBy(() -> InheritedSocket.of(descriptor.intValue())).hasMessageStartingWith(words);
        } finally {
            descriptor.close();
        }
    }
}
