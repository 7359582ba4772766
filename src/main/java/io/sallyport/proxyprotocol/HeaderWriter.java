package io.sallyport.proxyprotocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageEncoder;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.handler.codec.haproxy.HAProxyTLV;
import io.netty.util.NetUtil;
import io.sallyport.config.SendProxyProtocolConfig;
import io.sallyport.config.SendProxyProtocolConfig.Version;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Makes the header that a connection to a server begins with. */
public final class HeaderWriter {
    private static final byte[] UNKNOWN = "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII);

    private HeaderWriter() {}

    /**
     * The header, in a buffer that the caller has to release.
     *
     * @param config with a version that is sent
     */
    public static ByteBuf write(SendProxyProtocolConfig config, ProxiedConnection connection) {
        AddressPair endpoints = connection.endpoints();
        if (config.version() == Version.V1) {
            // Version 1 has no word for unix-domain sockets.
            return isInternet(endpoints)
                    ? encode(message(HAProxyProtocolVersion.V1, endpoints, List.of()))
                    : Unpooled.wrappedBuffer(UNKNOWN);
        }
        ByteBuf header = encode(message(HAProxyProtocolVersion.V2, endpoints, Tlvs.of(config, connection)));
        if (config.crc32c()) {
            Checksum.seal(header);
        }
        return header;
    }

    /** The header of a connection that is the proxy's own, as a health check; in a buffer that the caller has to release. */
    public static ByteBuf local(SendProxyProtocolConfig config) {
        if (config.version() == Version.V1) {
            return Unpooled.wrappedBuffer(UNKNOWN);
        }
        ByteBuf header = encode(new HAProxyMessage(
                HAProxyProtocolVersion.V2, HAProxyCommand.LOCAL, HAProxyProxiedProtocol.UNKNOWN, null, null, 0, 0));
        if (config.crc32c()) {
            Checksum.seal(header);
        }
        return header;
    }

    private static HAProxyMessage message(
            HAProxyProtocolVersion version, AddressPair endpoints, List<HAProxyTLV> tlvs) {
        if (!isInternet(endpoints)) {
            return new HAProxyMessage(
                    version,
                    HAProxyCommand.PROXY,
                    HAProxyProxiedProtocol.UNIX_STREAM,
                    path(endpoints.source()),
                    path(endpoints.destination()),
                    0,
                    0,
                    tlvs);
        }
        InetSocketAddress source = (InetSocketAddress) endpoints.source();
        InetSocketAddress destination = (InetSocketAddress) endpoints.destination();
        boolean v4 = isV4(source) && isV4(destination);
        return new HAProxyMessage(
                version,
                HAProxyCommand.PROXY,
                v4 ? HAProxyProxiedProtocol.TCP4 : HAProxyProxiedProtocol.TCP6,
                text(source.getAddress(), v4),
                text(destination.getAddress(), v4),
                source.getPort(),
                destination.getPort(),
                tlvs);
    }

    private static ByteBuf encode(HAProxyMessage message) {
        EmbeddedChannel encoder = new EmbeddedChannel(HAProxyMessageEncoder.INSTANCE);
        encoder.writeOutbound(message);
        ByteBuf header = encoder.readOutbound();
        encoder.finishAndReleaseAll();
        return header;
    }

    private static boolean isInternet(AddressPair endpoints) {
        return endpoints.source() instanceof InetSocketAddress && endpoints.destination() instanceof InetSocketAddress;
    }

    private static boolean isV4(InetSocketAddress address) {
        return address.getAddress() instanceof Inet4Address;
    }

    /** A header has one family for both. */
    private static String text(InetAddress address, boolean v4) {
        String text = NetUtil.toAddressString(address);
        return v4 || !(address instanceof Inet4Address) ? text : "::ffff:" + text;
    }

    private static String path(SocketAddress address) {
        return address instanceof DomainSocketAddress unix ? unix.path() : "";
    }
}
