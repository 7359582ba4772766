package io.sallyport.testing;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MessageOptions;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A SPIFFE Workload API as an agent has it, on grpc-java, with the messages of the standard written by Protocol Buffers. All
 * callers get the same: what was given last, and on open streams whatever is given later.
 */
public final class WorkloadServer implements AutoCloseable {
    private static final Metadata.Key<String> HEADER =
            Metadata.Key.of("workload.spiffe.io", Metadata.ASCII_STRING_MARSHALLER);
    private static final FileDescriptor MESSAGES = messages();
    private static final Descriptor RESPONSE = MESSAGES.findMessageTypeByName("X509SVIDResponse");
    private static final Descriptor SVID = MESSAGES.findMessageTypeByName("X509SVID");
    private static final Descriptor ENTRY = RESPONSE.findNestedTypeByName("FederatedBundlesEntry");

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("workload-server", true), EpollIoHandler.newFactory());
    private final List<ServerCall<byte[], byte[]>> open = new ArrayList<>();
    private final Server server;
    private byte @Nullable [] answer;
    private @Nullable Status refusal;
    private int calls;

    private WorkloadServer(Path socket) {
        try {
            server = NettyServerBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
                    .channelType(EpollServerDomainSocketChannel.class)
                    .bossEventLoopGroup(group)
                    .workerEventLoopGroup(group)
                    // It would be set on each connection, and a Unix socket has none: one warning for each.
                    .withChildOption(ChannelOption.SO_KEEPALIVE, null)
                    .directExecutor()
                    // By default what comes more often than every five minutes ends the connection.
                    .permitKeepAliveTime(0, TimeUnit.SECONDS)
                    .addService(ServerServiceDefinition.builder("SpiffeWorkloadAPI")
                            .addMethod(method(), this::begin)
                            .build())
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An identity as the API sends it. */
    public record Svid(String id, IssuedCertificate certificate, ByteString key, List<X509Certificate> bundle) {
        public Svid {
            bundle = List.copyOf(bundle);
        }

        /** One that its own authority issues. */
        public static Svid of(String id, CertificateAuthority authority) {
            return of(
                    id,
                    authority.server().client().subject("O=SPIRE,C=US").uri(id).issue(),
                    authority);
        }

        public static Svid of(String id, IssuedCertificate certificate, CertificateAuthority... authorities) {
            List<X509Certificate> bundle = new ArrayList<>();
            for (CertificateAuthority authority : authorities) {
                bundle.add(authority.certificate());
            }
            return new Svid(
                    id, certificate, ByteString.copyFrom(certificate.key().getEncoded()), bundle);
        }
    }

    /** One that says nothing yet. */
    public static WorkloadServer at(Path socket) {
        return new WorkloadServer(socket);
    }

    /** One that gives this. */
    public static WorkloadServer at(Path socket, Svid svid) {
        WorkloadServer server = new WorkloadServer(socket);
        server.give(svid);
        return server;
    }

    public void give(Svid svid) {
        give(svid, Map.of());
    }

    /**
     * Gives this from now on.
     *
     * @param federated the authorities of other trust domains, by their SPIFFE IDs
     */
    public void give(Svid svid, Map<String, List<X509Certificate>> federated) {
        giveBytes(message(svid, federated));
    }

    public synchronized void giveBytes(byte[] message) {
        refusal = null;
        answer = message;
        open.forEach(call -> call.sendMessage(message));
    }

    /** Ends all streams, and new ones at once. */
    public synchronized void refuse(Status status) {
        refusal = status;
        open.forEach(call -> call.close(status, new Metadata()));
        open.clear();
    }

    /** Ends all streams; new ones get what they get. */
    public synchronized void endStreams() {
        open.forEach(call -> call.close(Status.OK, new Metadata()));
        open.clear();
    }

    /** Until it is closed nothing is read or answered, on connections that stay open. */
    public Hang hang() {
        CountDownLatch end = new CountDownLatch(1);
        group.execute(() -> {
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        return end::countDown;
    }

    /** A time of silence. */
    public interface Hang extends AutoCloseable {
        @Override
        void close();
    }

    /** How often it was called. */
    public synchronized int calls() {
        return calls;
    }

    public synchronized int streams() {
        return open.size();
    }

    /** The message of the standard. */
    public static byte[] message(Svid svid, Map<String, List<X509Certificate>> federated) {
        DynamicMessage one = DynamicMessage.newBuilder(SVID)
                .setField(SVID.findFieldByName("spiffe_id"), svid.id())
                .setField(
                        SVID.findFieldByName("x509_svid"),
                        der(svid.certificate().chain()))
                .setField(SVID.findFieldByName("x509_svid_key"), svid.key())
                .setField(SVID.findFieldByName("bundle"), der(svid.bundle()))
                .setField(SVID.findFieldByName("hint"), "internal")
                .build();
        DynamicMessage.Builder all =
                DynamicMessage.newBuilder(RESPONSE).addRepeatedField(RESPONSE.findFieldByName("svids"), one);
        federated.forEach((domain, bundle) -> all.addRepeatedField(
                RESPONSE.findFieldByName("federated_bundles"),
                DynamicMessage.newBuilder(ENTRY)
                        .setField(ENTRY.findFieldByName("key"), domain)
                        .setField(ENTRY.findFieldByName("value"), der(bundle))
                        .build()));
        return all.build().toByteArray();
    }

    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        group.shutdownGracefully(0, 10, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
    }

    private synchronized ServerCall.Listener<byte[]> begin(ServerCall<byte[], byte[]> call, Metadata headers) {
        calls++;
        if (!"true".equals(headers.get(HEADER))) {
            call.close(Status.INVALID_ARGUMENT.withDescription("security header missing from request"), new Metadata());
        } else if (refusal != null) {
            call.close(refusal, new Metadata());
        } else {
            call.request(1);
            call.sendHeaders(new Metadata());
            if (answer != null) {
                call.sendMessage(answer);
            }
            open.add(call);
        }
        return new ServerCall.Listener<>() {
            @Override
            public void onCancel() {
                synchronized (WorkloadServer.this) {
                    open.remove(call);
                }
            }
        };
    }

    private static MethodDescriptor<byte[], byte[]> method() {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodType.SERVER_STREAMING)
                .setFullMethodName("SpiffeWorkloadAPI/FetchX509SVID")
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try (stream) {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static ByteString der(List<X509Certificate> certificates) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (X509Certificate each : certificates) {
            try {
                all.writeBytes(each.getEncoded());
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException(e);
            }
        }
        return ByteString.copyFrom(all.toByteArray());
    }

    /** X509SVID and X509SVIDResponse with the names, numbers and types of the standard. */
    private static FileDescriptor messages() {
        DescriptorProto svid = DescriptorProto.newBuilder()
                .setName("X509SVID")
                .addField(field("spiffe_id", 1, FieldDescriptorProto.Type.TYPE_STRING))
                .addField(field("x509_svid", 2, FieldDescriptorProto.Type.TYPE_BYTES))
                .addField(field("x509_svid_key", 3, FieldDescriptorProto.Type.TYPE_BYTES))
                .addField(field("bundle", 4, FieldDescriptorProto.Type.TYPE_BYTES))
                .addField(field("hint", 5, FieldDescriptorProto.Type.TYPE_STRING))
                .build();
        DescriptorProto entry = DescriptorProto.newBuilder()
                .setName("FederatedBundlesEntry")
                .setOptions(MessageOptions.newBuilder().setMapEntry(true))
                .addField(field("key", 1, FieldDescriptorProto.Type.TYPE_STRING))
                .addField(field("value", 2, FieldDescriptorProto.Type.TYPE_BYTES))
                .build();
        DescriptorProto response = DescriptorProto.newBuilder()
                .setName("X509SVIDResponse")
                .addNestedType(entry)
                .addField(repeated("svids", 1, FieldDescriptorProto.Type.TYPE_MESSAGE)
                        .setTypeName(".X509SVID"))
                .addField(repeated("crl", 2, FieldDescriptorProto.Type.TYPE_BYTES))
                .addField(repeated("federated_bundles", 3, FieldDescriptorProto.Type.TYPE_MESSAGE)
                        .setTypeName(".X509SVIDResponse.FederatedBundlesEntry"))
                .build();
        try {
            return FileDescriptor.buildFrom(
                    FileDescriptorProto.newBuilder()
                            .setName("workload")
                            .setSyntax("proto3")
                            .addMessageType(svid)
                            .addMessageType(response)
                            .build(),
                    new FileDescriptor[0]);
        } catch (DescriptorValidationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static FieldDescriptorProto.Builder field(String name, int number, FieldDescriptorProto.Type type) {
        return FieldDescriptorProto.newBuilder()
                .setName(name)
                .setNumber(number)
                .setType(type)
                .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL);
    }

    private static FieldDescriptorProto.Builder repeated(String name, int number, FieldDescriptorProto.Type type) {
        return field(name, number, type).setLabel(FieldDescriptorProto.Label.LABEL_REPEATED);
    }
}
