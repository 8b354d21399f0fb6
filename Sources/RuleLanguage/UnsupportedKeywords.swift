// SPDX-License-Identifier: Apache-2.0

extension RuleReader {
  /// Keywords that the language has, and that nothing here can answer: a rule with one of them is not used.
  static let unsupportedKeywords: Set<String> = [
    // Datasets, reputation, scripts
    "dataset", "datarep", "iprep", "geoip", "lua", "luajit", "luaxform", "entropy", "absent",
    // Decoding within the rule
    "asn1", "ber_data", "ber_skip", "base64_decode", "base64_data", "from_base64", "cvs", "sd_pattern", "hash", "regex",
    "js_data", "vba_data", "so", "rpc",
    // Packets
    "ipopts", "decode-event", "stream-event", "engine-event", "app-layer-state", "tcp.mss", "tcp.wscale", "icmpv6.mtu",
    "ipv4-csum", "tcpv4-csum", "tcpv6-csum", "udpv4-csum", "udpv6-csum", "icmpv4-csum", "icmpv6-csum", "l3_proto",
    "vlan.id", "vlan.layers", "stream_reassemble", "flow.age", "ftpbounce", "ftpdata_command", "geo", "wscale", "mss",
    // Files
    "filename", "file.name", "fileext", "filemagic", "file.magic", "filesize", "filemd5", "filesha1", "filesha256",
    "file_type", "file_meta",
    // HTTP
    "http.request_header", "http.response_header", "http2.frametype", "http2.errorcode", "http2.priority",
    "http2.window", "http2.settings", "http2.size_update", "http2.header_name", "http_param", "http_version",
    "http_num_headers", "http_num_trailers", "http_true_ip", "http_trailer", "http_raw_body", "http_raw_cookie",
    "http_raw_request", "http_raw_status", "http_raw_trailer",
    // TLS, QUIC, SSH
    "tls.cert_chain_len", "tls_cert_notafter", "tls_cert_notbefore", "tls.random", "tls.random_time",
    "tls.random_bytes", "tls.alpn", "tls.subjectaltname", "quic.version", "quic.sni", "quic.ua", "quic.cyu.hash",
    "quic.cyu.string", "ssh.hassh.string", "ssh.hassh.server", "ssh.hassh.server.string", "hassh.server",
    // Other protocols
    "snmp.version", "snmp.pdu_type", "snmp.usm", "krb5_msg_type", "krb5_err_code", "krb5.weak_encryption", "krb5_cname",
    "krb5_sname", "krb5.ticket_encryption", "krb5.cname", "krb5.sname", "ike.init_spi", "ike.resp_spi",
    "ike.chosen_sa_attribute", "ike.exchtype", "ike.vendor", "rfb.name", "rfb.secresult", "rfb.sectype", "sip.method",
    "sip.uri", "sip.protocol", "sip.stat_code", "sip.stat_msg", "sip.request_line", "sip.response_line", "sip_method",
    "sip_stat_code", "sip_header", "sip_body", "mqtt.type", "mqtt.connect.clientid", "mqtt.connect.username",
    "mqtt.publish.topic", "mqtt.publish.message", "mqtt.subscribe.topic", "nfs.version", "nfs_procedure",
    "nfs_version", "smb.ntlmssp", "websocket.payload", "ldap.request.operation", "enip.product_name", "enip.revision",
    "enip.identity_status", "enip.state", "enip.serial", "enip.product_code", "enip.device_type", "enip.capabilities",
    "enip.protocol_version", "enip.service_name", "enip.cip_status_extended", "gtp_info", "gtp_type", "gtp_version",
    "appids", "wizard", "email.from", "email.to", "email.subject", "email.url",
  ]
}
