// SPDX-License-Identifier: Apache-2.0

/// A service by the node id of its request or response in binary encoding (OPC Foundation, NodeIds.csv of OPC 10000-6, annex A; services in OPC 10000-4, 5).
struct UAService: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt32

  static let fault = UAService(rawValue: 397)
  static let openChannelRequest = UAService(rawValue: 446)
  static let closeChannelRequest = UAService(rawValue: 452)
  static let getEndpointsResponse = UAService(rawValue: 431)
  static let createSessionRequest = UAService(rawValue: 461)
  static let createSessionResponse = UAService(rawValue: 464)
  static let activateSessionRequest = UAService(rawValue: 467)
  static let deleteNodesRequest = UAService(rawValue: 500)
  static let browseRequest = UAService(rawValue: 527)
  static let registerNodesRequest = UAService(rawValue: 560)
  static let readRequest = UAService(rawValue: 631)
  static let readResponse = UAService(rawValue: 634)
  static let writeRequest = UAService(rawValue: 673)
  static let writeResponse = UAService(rawValue: 676)
  static let callRequest = UAService(rawValue: 712)
  static let callResponse = UAService(rawValue: 715)
  static let createItemsRequest = UAService(rawValue: 751)
  static let publishRequest = UAService(rawValue: 826)
  static let publishResponse = UAService(rawValue: 829)

  var isKnown: Bool { action != .unknown }
  /// A request's id is three below its response's; those of FindServersOnNetwork and RegisterServer2 stand apart.
  var question: UInt32 {
    switch rawValue {
    case 12_209: 12_208
    case 12_212: 12_211
    default: rawValue &- 3
    }
  }

  var isRequest: Bool {
    switch rawValue {
    case 422, 428, 437, 446, 452, 461, 467, 473, 479, 488, 494, 500, 506, 527, 533, 554, 560, 566, 615, 621, 631,
      664, 673, 700, 712, 751, 763, 769, 775, 781, 787, 793, 799, 826, 832, 841, 847, 12_211, 12_208:
      true
    default: false
    }
  }

  var name: StaticString {
    switch rawValue {
    case 397: "ServiceFault"
    case 422: "FindServersRequest"
    case 425: "FindServersResponse"
    case 428: "GetEndpointsRequest"
    case 431: "GetEndpointsResponse"
    case 437: "RegisterServerRequest"
    case 440: "RegisterServerResponse"
    case 446: "OpenSecureChannelRequest"
    case 449: "OpenSecureChannelResponse"
    case 452: "CloseSecureChannelRequest"
    case 455: "CloseSecureChannelResponse"
    case 461: "CreateSessionRequest"
    case 464: "CreateSessionResponse"
    case 467: "ActivateSessionRequest"
    case 470: "ActivateSessionResponse"
    case 473: "CloseSessionRequest"
    case 476: "CloseSessionResponse"
    case 479: "CancelRequest"
    case 482: "CancelResponse"
    case 488: "AddNodesRequest"
    case 491: "AddNodesResponse"
    case 494: "AddReferencesRequest"
    case 497: "AddReferencesResponse"
    case 500: "DeleteNodesRequest"
    case 503: "DeleteNodesResponse"
    case 506: "DeleteReferencesRequest"
    case 509: "DeleteReferencesResponse"
    case 527: "BrowseRequest"
    case 530: "BrowseResponse"
    case 533: "BrowseNextRequest"
    case 536: "BrowseNextResponse"
    case 554: "TranslateBrowsePathsToNodeIdsRequest"
    case 557: "TranslateBrowsePathsToNodeIdsResponse"
    case 560: "RegisterNodesRequest"
    case 563: "RegisterNodesResponse"
    case 566: "UnregisterNodesRequest"
    case 569: "UnregisterNodesResponse"
    case 615: "QueryFirstRequest"
    case 618: "QueryFirstResponse"
    case 621: "QueryNextRequest"
    case 624: "QueryNextResponse"
    case 631: "ReadRequest"
    case 634: "ReadResponse"
    case 664: "HistoryReadRequest"
    case 667: "HistoryReadResponse"
    case 673: "WriteRequest"
    case 676: "WriteResponse"
    case 700: "HistoryUpdateRequest"
    case 703: "HistoryUpdateResponse"
    case 712: "CallRequest"
    case 715: "CallResponse"
    case 751: "CreateMonitoredItemsRequest"
    case 754: "CreateMonitoredItemsResponse"
    case 763: "ModifyMonitoredItemsRequest"
    case 766: "ModifyMonitoredItemsResponse"
    case 769: "SetMonitoringModeRequest"
    case 772: "SetMonitoringModeResponse"
    case 775: "SetTriggeringRequest"
    case 778: "SetTriggeringResponse"
    case 781: "DeleteMonitoredItemsRequest"
    case 784: "DeleteMonitoredItemsResponse"
    case 787: "CreateSubscriptionRequest"
    case 790: "CreateSubscriptionResponse"
    case 793: "ModifySubscriptionRequest"
    case 796: "ModifySubscriptionResponse"
    case 799: "SetPublishingModeRequest"
    case 802: "SetPublishingModeResponse"
    case 826: "PublishRequest"
    case 829: "PublishResponse"
    case 832: "RepublishRequest"
    case 835: "RepublishResponse"
    case 841: "TransferSubscriptionsRequest"
    case 844: "TransferSubscriptionsResponse"
    case 847: "DeleteSubscriptionsRequest"
    case 850: "DeleteSubscriptionsResponse"
    case 12_211: "RegisterServer2Request"
    case 12_212: "RegisterServer2Response"
    case 12_208: "FindServersOnNetworkRequest"
    case 12_209: "FindServersOnNetworkResponse"
    default: "Service not in OPC 10000-4"
    }
  }

  var action: Action {
    switch rawValue {
    case 422, 425, 428, 431, 12_208, 12_209:
      .identify
    case 437, 440, 488, 491, 494, 497, 500, 503, 506, 509, 12_211, 12_212:
      .configure
    case 446, 449, 452, 455, 461, 464, 473, 476, 479, 482, 397:
      .session
    case 467, 470:
      .authenticate
    case 527, 530, 533, 536, 554, 557, 560, 563, 566, 569, 615, 618, 621, 624, 631, 634, 664, 667, 751, 754,
      763, 766, 769, 772, 775, 778, 781, 784, 787, 790, 793, 796, 799, 802, 841, 844, 847, 850:
      .read
    case 673, 676, 700, 703:
      .write
    case 712, 715:
      .operate
    case 826, 829, 832, 835:
      .report
    default: .unknown
    }
  }
}

/// Status codes (OPC Foundation, StatusCode.csv of OPC 10000-6, annex A): those that servers give to services.
enum UAStatus {
  /// Good and uncertain codes are no refusal: the severity stands in the two upper bits.
  static func outcome(_ code: UInt32) -> Outcome {
    code & 0x8000_0000 == 0 ? .ok : .error(code: code, name: name(code))
  }

  static func name(_ code: UInt32) -> StaticString {
    switch code & 0xFFFF_0000 {
    case 0: "Good"
    case 0x8001_0000: "BadUnexpectedError"
    case 0x8002_0000: "BadInternalError"
    case 0x8003_0000: "BadOutOfMemory"
    case 0x8004_0000: "BadResourceUnavailable"
    case 0x8005_0000: "BadCommunicationError"
    case 0x8006_0000: "BadEncodingError"
    case 0x8007_0000: "BadDecodingError"
    case 0x8008_0000: "BadEncodingLimitsExceeded"
    case 0x8009_0000: "BadUnknownResponse"
    case 0x800A_0000: "BadTimeout"
    case 0x800B_0000: "BadServiceUnsupported"
    case 0x800C_0000: "BadShutdown"
    case 0x800D_0000: "BadServerNotConnected"
    case 0x800E_0000: "BadServerHalted"
    case 0x800F_0000: "BadNothingToDo"
    case 0x8010_0000: "BadTooManyOperations"
    case 0x8012_0000: "BadCertificateInvalid"
    case 0x8013_0000: "BadSecurityChecksFailed"
    case 0x8014_0000: "BadCertificateTimeInvalid"
    case 0x801A_0000: "BadCertificateUntrusted"
    case 0x801F_0000: "BadUserAccessDenied"
    case 0x8020_0000: "BadIdentityTokenInvalid"
    case 0x8021_0000: "BadIdentityTokenRejected"
    case 0x8022_0000: "BadSecureChannelIdInvalid"
    case 0x8025_0000: "BadSessionIdInvalid"
    case 0x8026_0000: "BadSessionClosed"
    case 0x8027_0000: "BadSessionNotActivated"
    case 0x8028_0000: "BadSubscriptionIdInvalid"
    case 0x8033_0000: "BadNodeIdInvalid"
    case 0x8034_0000: "BadNodeIdUnknown"
    case 0x8035_0000: "BadAttributeIdInvalid"
    case 0x8036_0000: "BadIndexRangeInvalid"
    case 0x8037_0000: "BadIndexRangeNoData"
    case 0x803A_0000: "BadNotReadable"
    case 0x803B_0000: "BadNotWritable"
    case 0x803C_0000: "BadOutOfRange"
    case 0x803D_0000: "BadNotSupported"
    case 0x803E_0000: "BadNotFound"
    case 0x8042_0000: "BadMonitoredItemIdInvalid"
    case 0x804A_0000: "BadContinuationPointInvalid"
    case 0x804B_0000: "BadNoContinuationPoints"
    case 0x8054_0000: "BadSecurityModeRejected"
    case 0x8055_0000: "BadSecurityPolicyRejected"
    case 0x8056_0000: "BadTooManySessions"
    case 0x8057_0000: "BadUserSignatureInvalid"
    case 0x8058_0000: "BadApplicationSignatureInvalid"
    case 0x8073_0000: "BadWriteNotSupported"
    case 0x8074_0000: "BadTypeMismatch"
    case 0x8075_0000: "BadMethodInvalid"
    case 0x8076_0000: "BadArgumentsMissing"
    case 0x8077_0000: "BadTooManySubscriptions"
    case 0x8078_0000: "BadTooManyPublishRequests"
    case 0x8079_0000: "BadNoSubscription"
    case 0x807D_0000: "BadTcpServerTooBusy"
    case 0x807E_0000: "BadTcpMessageTypeInvalid"
    case 0x807F_0000: "BadTcpSecureChannelUnknown"
    case 0x8080_0000: "BadTcpMessageTooLarge"
    case 0x8081_0000: "BadTcpNotEnoughResources"
    case 0x8082_0000: "BadTcpInternalError"
    case 0x8083_0000: "BadTcpEndpointUrlInvalid"
    case 0x80AB_0000: "BadInvalidArgument"
    case 0x80AC_0000: "BadConnectionRejected"
    case 0x80AD_0000: "BadDisconnect"
    case 0x80AE_0000: "BadConnectionClosed"
    default: "Status code not in the table"
    }
  }
}
