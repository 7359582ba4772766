package io.sallyport.explain;

import io.sallyport.explain.judge.CertificateText;
import io.sallyport.explain.judge.ChainJudge;
import io.sallyport.explain.judge.ChainPath;
import io.sallyport.explain.judge.FailureKind;
import io.sallyport.explain.judge.FailureReader;
import io.sallyport.explain.judge.Finding;
import io.sallyport.explain.judge.FindingCode;
import io.sallyport.explain.judge.ProbeFailure;
import io.sallyport.explain.judge.ScanFindings;
import io.sallyport.explain.judge.SessionFindings;
import io.sallyport.explain.probe.ClientContext;
import io.sallyport.explain.probe.ExplainRequest;
import io.sallyport.explain.probe.Probe;
import io.sallyport.explain.probe.ProbedHandshake;
import io.sallyport.explain.probe.Resumption;
import io.sallyport.explain.probe.ServedChain;
import io.sallyport.explain.probe.WarmUp;
import io.sallyport.explain.report.Explanation;
import io.sallyport.explain.scan.Scan;
import io.sallyport.explain.scan.ScanResult;
import io.sallyport.tls.context.TlsSession;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Explains a server: one handshake, a second to prove resumption, and a scan where it is asked for. Where nothing comes of the
 * first, a third without the post-quantum group tells whether the size of the ClientHello is why.
 */
public final class Explainer {
    /** A host with many addresses, all of them silent, would take minutes. */
    private static final int MOST_ADDRESSES = 3;

    private final ExplainRequest request;
    private final InstantSource clock;

    public Explainer(ExplainRequest request, InstantSource clock) {
        this.request = request;
        this.clock = clock;
    }

    /** Does it. Blocks, a small multiple of the request's timeout at most, and a minute more with a scan. */
    public Explanation explain() {
        List<InetSocketAddress> addresses;
        try {
            addresses = resolve();
        } catch (UnknownHostException e) {
            return nothing(new ProbeFailure(
                    FailureKind.UNRESOLVED,
                    "The name " + request.address().host() + " has no address.",
                    "Look at its spelling, and at the name servers of this machine."));
        }
        try (Probe probe = new Probe(request);
                ClientContext context = ClientContext.build(request, true)) {
            return explain(probe, context, addresses);
        } catch (SSLException e) {
            return nothing(new ProbeFailure(
                    FailureKind.CLIENT_KEY_UNUSABLE,
                    "BoringSSL cannot use the client's certificate: " + e.getMessage() + ".",
                    "Take a certificate with an RSA, P-256 or P-384 key."));
        }
    }

    private List<InetSocketAddress> resolve() throws UnknownHostException {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (InetAddress address : InetAddress.getAllByName(request.address().host())) {
            if (addresses.size() < MOST_ADDRESSES) {
                addresses.add(new InetSocketAddress(address, request.address().port()));
            }
        }
        return addresses;
    }

    private Explanation nothing(ProbeFailure failure) {
        return new Explanation(request, null, "", null, List.of(), null, failure);
    }

    private Explanation explain(Probe probe, ClientContext context, List<InetSocketAddress> addresses)
            throws SSLException {
        WarmUp.run(probe, context);
        ProbedHandshake first = firstConnected(probe, context, addresses);
        List<Finding> findings = new ArrayList<>();
        @Nullable ProbeFailure failure = failure(probe, first);
        @Nullable Resumption resumption = null;
        String anchor = "";
        TlsSession session = first.session();
        if (session != null) {
            anchor = judgeChain(session.clientChain(), findings);
            findings.addAll(SessionFindings.of(request, first, session, clock.instant()));
        }
        if (first.isSuccess()) {
            resumption = Resumption.of(first, probe.handshake(first.address(), context));
            addResumption(resumption, findings);
        }
        @Nullable ScanResult scan = null;
        if (request.scan() && first.ending().isConnected()) {
            scan = new Scan(first.address(), request).run();
            addScan(scan, findings);
        }
        findings.sort(Comparator.comparing(finding -> finding.code().severity()));
        if (failure == null) {
            failure = findings.stream()
                    .filter(Finding::isProblem)
                    .findFirst()
                    .map(ProbeFailure::of)
                    .orElse(null);
        }
        return new Explanation(request, first, anchor, resumption, findings, scan, failure);
    }

    private static ProbedHandshake firstConnected(
            Probe probe, ClientContext context, List<InetSocketAddress> addresses) {
        ProbedHandshake attempt = probe.handshake(addresses.get(0), context);
        for (int i = 1; i < addresses.size() && !attempt.ending().isConnected(); i++) {
            attempt = probe.handshake(addresses.get(i), context);
        }
        return attempt;
    }

    private @Nullable ProbeFailure failure(Probe probe, ProbedHandshake first) throws SSLException {
        Optional<ProbeFailure> failure = new FailureReader(request, first).read();
        if (failure.isEmpty()
                || request.tls12()
                || !first.ending().isConnected()
                || first.transcript().bytesFromServer() > 0) {
            return failure.orElse(null);
        }
        try (ClientContext small = ClientContext.build(request, false)) {
            ProbedHandshake second = probe.handshake(first.address(), small);
            if (second.transcript().bytesFromServer() == 0) {
                return failure.get();
            }
        }
        return new ProbeFailure(
                FailureKind.LARGE_CLIENT_HELLO,
                "Nothing came back for a ClientHello with the post-quantum group X25519MLKEM768, and an answer for one"
                        + " without it: something on the way, or the server, does not take a ClientHello of more than"
                        + " one packet.",
                "Update it (https://tldr.fail has a list of such devices). Browsers send such a ClientHello.");
    }

    private String judgeChain(List<X509Certificate> sent, List<Finding> findings) {
        if (sent.isEmpty()) {
            return "";
        }
        ServedChain served = ServedChain.of(sent);
        ChainPath path = ChainPath.find(served, request.anchors().certificates(), clock.instant());
        findings.addAll(new ChainJudge(served, clock.instant()).judge(path, request.identity()));
        if (!request.configured().isEmpty() && !request.configured().contains(served.leaf())) {
            findings.add(new Finding(
                    FindingCode.OTHER_CERTIFICATE,
                    "the listener serves " + CertificateText.subject(served.leaf()) + " with serial number "
                            + served.leaf().getSerialNumber().toString(16)
                            + ", which is not in the files of its configuration",
                    "Look whether its last reload failed (/status)"));
        }
        return path.isTrusted() ? path.anchor() : "";
    }

    /** Of the same weakness the scan tells more than the one handshake. */
    private static void addScan(ScanResult scan, List<Finding> findings) {
        List<Finding> more = ScanFindings.of(scan);
        findings.removeIf(known -> more.stream().anyMatch(each -> each.code() == known.code()));
        findings.addAll(more);
    }

    private static void addResumption(Resumption resumption, List<Finding> findings) {
        if (!resumption.isResumed() && resumption.outcome() != Resumption.Outcome.FAILED) {
            findings.add(new Finding(
                    FindingCode.NO_RESUMPTION,
                    "sessions do not resume: every connection pays for a full handshake",
                    ""));
        }
    }
}
