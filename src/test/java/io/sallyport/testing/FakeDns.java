package io.sallyport.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A name server on loopback that answers every question for an A record in the same way, until it is told another. */
public final class FakeDns implements AutoCloseable {
    private static final int HEADER = 12;
    private static final int TYPE_A = 1;
    private static final int NXDOMAIN = 3;
    private static final int SERVFAIL = 2;
    private static final int OPT = 41;

    private final DatagramSocket socket;
    private final AtomicInteger questions = new AtomicInteger();
    private final AtomicInteger extended = new AtomicInteger();
    private volatile Answer answer;
    private volatile @Nullable Answer toExtended;

    private record Answer(int code, List<String> addresses, int ttl, boolean silent) {
        static final Answer SILENCE = new Answer(0, List.of(), 0, true);
    }

    private FakeDns(Answer answer) {
        this.answer = answer;
        try {
            socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
        Thread thread = new Thread(this::serve, "fake-dns");
        thread.setDaemon(true);
        thread.start();
    }

    /** Knows these addresses, each for so many seconds. */
    public static FakeDns knowing(int ttl, String... addresses) {
        return new FakeDns(new Answer(0, List.of(addresses), ttl, false));
    }

    /** The setting that makes a proxy ask it. */
    public String setting() {
        InetSocketAddress address = (InetSocketAddress) socket.getLocalSocketAddress();
        return "dns { servers = [\"127.0.0.1:" + address.getPort() + "\"], timeout = 300ms, min-ttl = 100ms }";
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    /** Answers with these addresses from now on. */
    public void know(int ttl, String... addresses) {
        answer = new Answer(0, List.of(addresses), ttl, false);
    }

    /** There is no such name from now on. */
    public void knowNothing() {
        answer = new Answer(NXDOMAIN, List.of(), 0, false);
    }

    /** Answers that something is wrong with it. */
    public void fail() {
        answer = new Answer(SERVFAIL, List.of(), 0, false);
    }

    /** Does not answer any more. */
    public void fallSilent() {
        answer = Answer.SILENCE;
    }

    /** Answers questions that have an OPT record with this code from now on; negative: not at all. */
    public void dislikeEdns(int code) {
        toExtended = code < 0 ? Answer.SILENCE : new Answer(code, List.of(), 0, false);
    }

    /** Questions for an A record with an OPT record so far. */
    public int extendedQuestions() {
        return extended.get();
    }

    /** Questions for an A record so far. */
    public int questions() {
        return questions.get();
    }

    @Override
    public void close() {
        socket.close();
    }

    private void serve() {
        byte[] buffer = new byte[1500];
        while (!socket.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                reply(packet);
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void reply(DatagramPacket packet) throws IOException {
        byte[] query = packet.getData();
        int end = HEADER;
        while (query[end] != 0) {
            end += 1 + query[end];
        }
        int type = (query[end + 1] << 8) | query[end + 2];
        end += 5;
        Answer now = answer;
        // Behind the question nothing else comes than the root's name and its type.
        if (packet.getLength() > end && query[end + 2] == OPT) {
            now = toExtended == null ? now : toExtended;
            extended.addAndGet(type == TYPE_A ? 1 : 0);
        }
        if (type == TYPE_A) {
            questions.incrementAndGet();
        }
        if (now.silent()) {
            return;
        }
        List<String> addresses = type == TYPE_A ? now.addresses() : List.of();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(query, 0, 2);
        // A response, authoritative, recursion desired and available.
        out.write(new byte[] {(byte) 0x85, (byte) (0x80 | now.code())});
        out.write(new byte[] {0, 1, 0, (byte) addresses.size(), 0, 0, 0, 0});
        out.write(query, HEADER, end - HEADER);
        for (String address : addresses) {
            // The name of the question, A, IN, the time to live, four bytes.
            out.write(
                    new byte[] {(byte) 0xc0, HEADER, 0, TYPE_A, 0, 1, 0, 0, (byte) (now.ttl() >> 8), (byte) now.ttl()});
            out.write(new byte[] {0, 4});
            out.write(InetAddress.getByName(address).getAddress());
        }
        byte[] reply = out.toByteArray();
        socket.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
    }
}
