// SPDX-License-Identifier: Apache-2.0

/// A service, identified by the node ID of its request or response in binary encoding (OPC Foundation, NodeIds.csv of
/// OPC 10000-6, annex A; services in OPC 10000-4, 5).
struct UAService: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt32

  static let fault = UAService(rawValue: 397)
  static let findServersRequest = UAService(rawValue: 422)
  static let findServersResponse = UAService(rawValue: 425)
  static let getEndpointsRequest = UAService(rawValue: 428)
  static let getEndpointsResponse = UAService(rawValue: 431)
  static let registerServerRequest = UAService(rawValue: 437)
  static let openChannelRequest = UAService(rawValue: 446)
  static let openChannelResponse = UAService(rawValue: 449)
  static let closeChannelRequest = UAService(rawValue: 452)
  static let createSessionRequest = UAService(rawValue: 461)
  static let createSessionResponse = UAService(rawValue: 464)
  static let activateSessionRequest = UAService(rawValue: 467)
  static let addNodesRequest = UAService(rawValue: 488)
  static let addNodesResponse = UAService(rawValue: 491)
  static let addReferencesRequest = UAService(rawValue: 494)
  static let addReferencesResponse = UAService(rawValue: 497)
  static let deleteNodesRequest = UAService(rawValue: 500)
  static let deleteNodesResponse = UAService(rawValue: 503)
  static let deleteReferencesRequest = UAService(rawValue: 506)
  static let deleteReferencesResponse = UAService(rawValue: 509)
  static let browseRequest = UAService(rawValue: 527)
  static let browseResponse = UAService(rawValue: 530)
  static let browseNextResponse = UAService(rawValue: 536)
  static let translatePathsRequest = UAService(rawValue: 554)
  static let translatePathsResponse = UAService(rawValue: 557)
  static let registerNodesRequest = UAService(rawValue: 560)
  static let unregisterNodesRequest = UAService(rawValue: 566)
  static let queryFirstRequest = UAService(rawValue: 615)
  static let readRequest = UAService(rawValue: 631)
  static let readResponse = UAService(rawValue: 634)
  static let historyReadRequest = UAService(rawValue: 664)
  static let historyReadResponse = UAService(rawValue: 667)
  static let writeRequest = UAService(rawValue: 673)
  static let writeResponse = UAService(rawValue: 676)
  static let historyUpdateRequest = UAService(rawValue: 700)
  static let historyUpdateResponse = UAService(rawValue: 703)
  static let callRequest = UAService(rawValue: 712)
  static let callResponse = UAService(rawValue: 715)
  static let createItemsRequest = UAService(rawValue: 751)
  static let createItemsResponse = UAService(rawValue: 754)
  static let modifyItemsRequest = UAService(rawValue: 763)
  static let modifyItemsResponse = UAService(rawValue: 766)
  static let setMonitoringModeRequest = UAService(rawValue: 769)
  static let setMonitoringModeResponse = UAService(rawValue: 772)
  static let setTriggeringRequest = UAService(rawValue: 775)
  static let setTriggeringResponse = UAService(rawValue: 778)
  static let deleteItemsRequest = UAService(rawValue: 781)
  static let deleteItemsResponse = UAService(rawValue: 784)
  static let createSubscriptionResponse = UAService(rawValue: 790)
  static let modifySubscriptionRequest = UAService(rawValue: 793)
  static let setPublishingModeRequest = UAService(rawValue: 799)
  static let setPublishingModeResponse = UAService(rawValue: 802)
  static let publishRequest = UAService(rawValue: 826)
  static let publishResponse = UAService(rawValue: 829)
  static let republishRequest = UAService(rawValue: 832)
  static let republishResponse = UAService(rawValue: 835)
  static let transferSubscriptionsRequest = UAService(rawValue: 841)
  static let transferSubscriptionsResponse = UAService(rawValue: 844)
  static let deleteSubscriptionsRequest = UAService(rawValue: 847)
  static let deleteSubscriptionsResponse = UAService(rawValue: 850)
  static let registerServer2Request = UAService(rawValue: 12_211)

  var isKnown: Bool { action != .unknown }
  /// The ID of a request is three below that of its response; those of FindServersOnNetwork and RegisterServer2 are
  /// adjacent.
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
