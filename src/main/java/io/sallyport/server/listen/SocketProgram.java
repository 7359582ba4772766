package io.sallyport.server.listen;

import io.netty.channel.Channel;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.util.internal.CleanableDirectBuffer;
import java.util.List;

/**
 * A classic BPF program for a listening socket (Linux, {@code Documentation/networking/filter.rst}). Any process may attach
 * one to its own sockets.
 */
final class SocketProgram {
    private static final int SOL_SOCKET = 1;

    /** {@code struct sock_fprog}: 16 bits of length, and a pointer at the next multiple of 8. */
    private static final int FPROG_BYTES = 16;

    private static final int FPROG_POINTER = 8;

    /** {@code struct sock_filter}. */
    private static final int INSTRUCTION_BYTES = 8;

    private static final RawUnixChannelOption SO_ATTACH_FILTER =
            new RawUnixChannelOption("SO_ATTACH_FILTER", SOL_SOCKET, 26, FPROG_BYTES);
    private static final RawUnixChannelOption SO_ATTACH_REUSEPORT_CBPF =
            new RawUnixChannelOption("SO_ATTACH_REUSEPORT_CBPF", SOL_SOCKET, 51, FPROG_BYTES);
    private static final IntegerUnixChannelOption SO_DETACH_REUSEPORT_BPF =
            new IntegerUnixChannelOption("SO_DETACH_REUSEPORT_BPF", SOL_SOCKET, 68);

    private static final int LOAD_BYTE = 0x30;
    private static final int LOAD_WORD = 0x20;
    private static final int AND = 0x54;
    private static final int MODULO = 0x94;
    private static final int ADD = 0x04;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int RETURN = 0x06;
    private static final int RETURN_ACCUMULATOR = 0x16;

    /** {@code SKF_AD_OFF + SKF_AD_RANDOM}: loads a random number. */
    private static final int RANDOM = -0x1000 + 56;

    private static final int TCP_FLAGS = 13;
    private static final int SYN = 0x02;
    private static final int ACK = 0x10;
    private static final int WHOLE_PACKET = -1;

    private final List<Instruction> instructions;

    private record Instruction(int code, int ifTrue, int ifFalse, int operand) {
        Instruction(int code, int operand) {
            this(code, 0, 0, operand);
        }
    }

    private SocketProgram(List<Instruction> instructions) {
        this.instructions = instructions;
    }

    /** Drops whatever begins a connection, and lets through what finishes one. */
    static SocketProgram dropNewConnections() {
        return new SocketProgram(List.of(
                new Instruction(LOAD_BYTE, TCP_FLAGS),
                new Instruction(AND, SYN | ACK),
                new Instruction(JUMP_IF_EQUAL, 0, 1, SYN),
                new Instruction(RETURN, 0),
                new Instruction(RETURN, WHOLE_PACKET)));
    }

    /** Chooses at random among {@code count} of the sockets that share the port, from number {@code first} on. */
    static SocketProgram choose(int first, int count) {
        return new SocketProgram(List.of(
                new Instruction(LOAD_WORD, RANDOM),
                new Instruction(MODULO, count),
                new Instruction(ADD, first),
                new Instruction(RETURN_ACCUMULATOR, 0)));
    }

    /**
     * Has it decide on every packet for this socket.
     *
     * @throws io.netty.channel.ChannelException as the kernel refused
     */
    void filter(Channel listening) {
        attach(listening, SO_ATTACH_FILTER);
    }

    /**
     * Has it decide which socket of the port a new connection goes to; where it names none, they are chosen by hash as ever.
     * It stays with the port until the last socket of it is closed.
     *
     * @throws io.netty.channel.ChannelException as the kernel refused
     */
    void steer(Channel listening) {
        attach(listening, SO_ATTACH_REUSEPORT_CBPF);
    }

    /**
     * Has nothing decide any more which socket of the port a new connection goes to.
     *
     * @throws io.netty.channel.ChannelException where nothing did
     */
    static void steerNoMore(Channel listening) {
        listening.config().setOption(SO_DETACH_REUSEPORT_BPF, 0);
    }

    private void attach(Channel listening, RawUnixChannelOption option) {
        // The kernel copies it in the call.
        CleanableDirectBuffer program =
                Buffer.allocateDirectBufferWithNativeOrder(instructions.size() * INSTRUCTION_BYTES);
        CleanableDirectBuffer argument = Buffer.allocateDirectBufferWithNativeOrder(FPROG_BYTES);
        try {
            for (Instruction each : instructions) {
                program.buffer()
                        .putShort((short) each.code)
                        .put((byte) each.ifTrue)
                        .put((byte) each.ifFalse)
                        .putInt(each.operand);
            }
            argument.buffer()
                    .putShort(0, (short) instructions.size())
                    .putLong(FPROG_POINTER, Buffer.memoryAddress(program.buffer()));
            listening.config().setOption(option, argument.buffer());
        } finally {
            program.clean();
            argument.clean();
        }
    }
}
