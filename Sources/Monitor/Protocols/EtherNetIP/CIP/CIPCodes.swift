// SPDX-License-Identifier: Apache-2.0

/// The meaning of a service for the class it is sent to. Services and classes: ODVA, The CIP Networks Library, volume
/// 1, appendix A and chapter 5; those of Logix controllers: Rockwell, Logix 5000 Controllers Data Access (1756-PM020).
struct CIPService {
  static let getAttribute: UInt8 = 0x0E
  static let readTag: UInt8 = 0x4C
  /// Of the connection manager; of a tag it reads a fragment.
  static let unconnectedSend: UInt8 = 0x52
  static let connectionManager: UInt32 = 6
  /// Whether this service number of the connection manager concerns connections, and not unconnected messages.
  static func isConnection(_ service: UInt8) -> Bool { [0x4E, 0x52, 0x54, 0x5B].contains(service) }

  /// The layout of its data.
  enum Form: Equatable {
    case none, multiple, unconnectedSend
    case forwardOpen(isLarge: Bool)
    case forwardClose
    case readTag(isFragment: Bool)
    case writeTag(isFragment: Bool)
    case modifyTag, pccc, set, get, getAll, getList, setList, reset
    var isReadTag: Bool { if case .readTag = self { true } else { false } }
  }
  let name: StaticString
  let action: Action
  let form: Form
  let classID: UInt32?

  init(_ service: UInt8, _ path: CIP.Path) {
    classID = path.classID
    let known =
      path.endsInSymbol || path.classID == nil
      ? CIPService.tag(service) : path.classID.flatMap { CIPService.specific(service, $0) }
    if let known {
      (name, action, form) = known
      return
    }
    let object = CIPObject(rawValue: path.classID ?? 0)
    switch service {
    case 0x01: (name, action, form) = ("Get_Attributes_All", object.getAction, .getAll)
    case 0x02: (name, action, form) = ("Set_Attributes_All", object.setAction, .set)
    case 0x03: (name, action, form) = ("Get_Attribute_List", object.getAction, .getList)
    case 0x04: (name, action, form) = ("Set_Attribute_List", object.setAction, .setList)
    case 0x05: (name, action, form) = ("Reset", .state, .reset)
    case 0x06: (name, action, form) = ("Start", .state, .none)
    case 0x07: (name, action, form) = ("Stop", .state, .none)
    case 0x08: (name, action, form) = ("Create", .configure, .none)
    case 0x09: (name, action, form) = ("Delete", .configure, .none)
    case 0x0A: (name, action, form) = ("Multiple_Service_Packet", .session, .multiple)
    case 0x0D: (name, action, form) = ("Apply_Attributes", .configure, .none)
    case 0x0E: (name, action, form) = ("Get_Attribute_Single", object.getAction, .get)
    case 0x10: (name, action, form) = ("Set_Attribute_Single", object.setAction, .set)
    case 0x11: (name, action, form) = ("Find_Next_Object_Instance", .diagnose, .none)
    case 0x15: (name, action, form) = ("Restore", .configure, .none)
    case 0x16: (name, action, form) = ("Save", .configure, .none)
    case 0x17: (name, action, form) = ("No_Operation", .session, .none)
    case 0x18: (name, action, form) = ("Get_Member", object.getAction, .get)
    case 0x19: (name, action, form) = ("Set_Member", object.setAction, .set)
    case 0x1A: (name, action, form) = ("Insert_Member", .configure, .none)
    case 0x1B: (name, action, form) = ("Remove_Member", .configure, .none)
    case 0x1C: (name, action, form) = ("GroupSync", .diagnose, .none)
    case 0x32...0x4A: (name, action, form) = ("Vendor-specific service", .unknown, .none)
    case 0x4B...0x63:
      name = object.isVendors ? "Service of the vendor's object class" : "Service of the object class"
      (action, form) = (.unknown, .none)
    default: (name, action, form) = ("CIP service not in the CIP Networks Library", .unknown, .none)
    }
  }

  private typealias Known = (StaticString, Action, Form)

  /// Services on a tag, addressed by its name or by its instance of the symbol object.
  private static func tag(_ service: UInt8) -> Known? {
    switch service {
    case 0x03: ("Get_Attribute_List", .read, .getList)
    case 0x4C: ("Read_Tag", .read, .readTag(isFragment: false))
    case 0x4D: ("Write_Tag", .write, .writeTag(isFragment: false))
    case 0x4E: ("Read_Modify_Write_Tag", .write, .modifyTag)
    case 0x52: ("Read_Tag_Fragmented", .read, .readTag(isFragment: true))
    case 0x53: ("Write_Tag_Fragmented", .write, .writeTag(isFragment: true))
    case 0x55: ("Get_Instance_Attribute_List", .read, .none)
    default: nil
    }
  }

  /// Services with a special meaning in one class.
  private static func specific(_ service: UInt8, _ classID: UInt32) -> Known? {
    switch (classID, service) {
    // Connection manager (3-5).
    case (0x06, 0x4E): ("Forward_Close", .session, .forwardClose)
    case (0x06, 0x52): ("Unconnected_Send", .session, .unconnectedSend)
    case (0x06, 0x54): ("Forward_Open", .session, .forwardOpen(isLarge: false))
    case (0x06, 0x56): ("Get_Connection_Data", .diagnose, .none)
    case (0x06, 0x57): ("Search_Connection_Data", .diagnose, .none)
    case (0x06, 0x5A): ("Get_Connection_Owner", .diagnose, .none)
    case (0x06, 0x5B): ("Large_Forward_Open", .session, .forwardOpen(isLarge: true))
    // File object (5A-42).
    case (0x37, 0x4B): ("Initiate_Upload", .file, .none)
    case (0x37, 0x4C): ("Initiate_Download", .file, .none)
    case (0x37, 0x4D): ("Initiate_Partial_Read", .file, .none)
    case (0x37, 0x4E): ("Initiate_Partial_Write", .file, .none)
    case (0x37, 0x4F): ("Upload_Transfer", .file, .none)
    case (0x37, 0x50): ("Download_Transfer", .file, .none)
    case (0x37, 0x51): ("Clear_File", .file, .none)
    case (0x37, 0x05), (0x37, 0x08), (0x37, 0x09): ("File object service", .file, .none)
    // Connection configuration, drive positions and the like use only the common services. PCCC and symbols:
    // 1756-PM020.
    case (0x67, 0x4B): ("Execute_PCCC", .session, .pccc)
    case (0x67, 0x4C): ("Execute_DH+", .session, .none)
    case (0x67, 0x4D): ("Execute_Local_PCCC", .session, .pccc)
    case (0x6B, 0x4C...0x55): tag(service)
    case (0x6C, 0x03): ("Get_Attribute_List", .read, .getList)
    case (0x6C, 0x4C): ("Read_Template", .read, .none)
    default: nil
    }
  }
}

/// A general status code (volume 1, appendix B).
struct CIPStatus: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  static let success = CIPStatus(rawValue: 0x00)
  /// Only part of the data was returned; the client requests the rest next.
  static let partialTransfer = CIPStatus(rawValue: 0x06)
  /// One or more of the embedded messages were refused.
  static let embeddedServiceError = CIPStatus(rawValue: 0x1E)

  /// Whether data follows.
  var isSuccess: Bool { self == .success || self == .partialTransfer }

  var name: StaticString {
    switch rawValue {
    case 0x00: "Success"
    case 0x01: "Connection failure"
    case 0x02: "Resource unavailable"
    case 0x03: "Invalid parameter value"
    case 0x04: "Path segment error"
    case 0x05: "Path destination unknown"
    case 0x06: "Partial transfer"
    case 0x07: "Connection lost"
    case 0x08: "Service not supported"
    case 0x09: "Invalid attribute value"
    case 0x0A: "Attribute list error"
    case 0x0B: "Already in requested mode or state"
    case 0x0C: "Object state conflict"
    case 0x0D: "Object already exists"
    case 0x0E: "Attribute not settable"
    case 0x0F: "Privilege violation"
    case 0x10: "Device state conflict"
    case 0x11: "Reply data too large"
    case 0x12: "Fragmentation of a primitive value"
    case 0x13: "Not enough data"
    case 0x14: "Attribute not supported"
    case 0x15: "Too much data"
    case 0x16: "Object does not exist"
    case 0x17: "Service fragmentation sequence not in progress"
    case 0x18: "No stored attribute data"
    case 0x19: "Store operation failure"
    case 0x1A: "Routing failure, request packet too large"
    case 0x1B: "Routing failure, response packet too large"
    case 0x1C: "Missing attribute list entry data"
    case 0x1D: "Invalid attribute value list"
    case 0x1E: "Embedded service error"
    case 0x1F: "Vendor specific error"
    case 0x20: "Invalid parameter"
    case 0x21: "Write-once value or medium already written"
    case 0x22: "Invalid reply received"
    case 0x23: "Buffer overflow"
    case 0x24: "Message format error"
    case 0x25: "Key failure in path"
    case 0x26: "Path size invalid"
    case 0x27: "Unexpected attribute in list"
    case 0x28: "Invalid member id"
    case 0x29: "Member not settable"
    case 0x2A: "Group 2 only server general failure"
    case 0x2B: "Unknown Modbus error"
    case 0x2C: "Attribute not gettable"
    case 0x2D: "Instance not deletable"
    case 0x2E: "Service not supported for specified path"
    case 0xFF: "Type mismatch or address out of range"
    // The meaning depends on the object class.
    case 0xD0...0xFE: "Error of the object class"
    default: "Status not in the CIP Networks Library"
    }
  }
}

/// An object class (volume 1, chapter 5; vendor-specific ones are 0x64 to 0xC7, and 0x300 and above).
struct CIPObject: RawRepresentable, Sendable {
  let rawValue: UInt32
  /// What its services do, and how their data look, only its vendor knows.
  var isVendors: Bool { 0x64...0xC7 ~= rawValue || 0x300...0x4FF ~= rawValue }

  /// The action of reading its attributes.
  var getAction: Action {
    switch rawValue {
    case 0x01: .identify
    case 0x04, 0x08...0x0F, 0x1D...0x2E, 0x30...0x35, 0x68, 0x6B, 0x6C: .read
    default: .diagnose
    }
  }
  /// The action of changing them.
  var setAction: Action {
    switch rawValue {
    // Assemblies, discrete and analogue points and groups, positions, drives: their attributes are process data.
    case 0x04, 0x08...0x0E, 0x1D...0x2E, 0x30...0x35, 0x68, 0x6B: .write
    // Time synchronisation; the wall clock of Logix controllers (WallClockTime in 1756-PM020).
    case 0x43, 0x8B: .clock
    case 0x37: .file
    default: .configure
    }
  }
}

/// Elementary types (volume 1, appendix C-6.1).
enum CIPType {
  static let bool: UInt16 = 0xC1
  static let structure: UInt16 = 0x02A0

  /// Bytes of an element; nil for strings and for what is not in the list.
  static func size(_ code: UInt16) -> Int? {
    switch code {
    case 0xC1, 0xC2, 0xC6, 0xD1: 1
    case 0xC3, 0xC7, 0xCD, 0xD2, 0xD8: 2
    case 0xC4, 0xC8, 0xCA, 0xCC, 0xCE, 0xD3, 0xD6, 0xDB: 4
    case 0xC5, 0xC9, 0xCB, 0xD4, 0xD7: 8
    default: nil
    }
  }

  static func format(_ code: UInt16) -> Values.Format {
    switch code {
    case 0xC1, 0xC6, 0xD1: .uint8
    case 0xC2: .int8
    case 0xC3: .int16LE
    case 0xC4, 0xCC: .int32LE
    case 0xC5: .int64LE
    case 0xC7, 0xD2: .uint16LE
    case 0xC8, 0xD3: .uint32LE
    case 0xC9, 0xD4: .uint64LE
    case 0xCA: .float32LE
    case 0xCB: .float64LE
    default: .uint8
    }
  }
}

/// Manufacturers by ODVA vendor ID: only those common in plants. ODVA publishes the full list.
enum CIPVendor {
  static func name(_ id: UInt16) -> StaticString? {
    switch id {
    case 1: "Rockwell Automation"
    case 3: "Honeywell"
    case 4: "Parker Hannifin"
    case 5: "Rockwell Automation, Reliance"
    case 7: "SMC"
    case 26: "Festo"
    case 37, 44: "Yaskawa Electric"
    case 40: "WAGO"
    case 46, 593: "ABB"
    case 47: "Omron"
    case 48, 256: "Turck"
    case 57: "Pepperl+Fuchs"
    case 108: "Beckhoff"
    case 121: "KUKA"
    case 145: "Siemens"
    case 159: "IDEC"
    case 161: "Mitsubishi Electric"
    case 171: "Denso Wave"
    case 176: "Red Lion Controls"
    case 179: "Sanyo Denki"
    case 187: "Oriental Motor"
    case 201: "CKD"
    case 243: "Schneider Electric"
    case 250: "Yokogawa Electric"
    case 255, 287: "Bosch Rexroth"
    case 283: "Hilscher"
    case 309: "ProSoft Technology"
    case 315: "SEW-Eurodrive"
    case 319: "Fuji Electric"
    case 322: "ifm"
    case 351: "Kawasaki Robotics"
    case 356, 591: "Fanuc"
    case 367: "Keyence"
    case 441: "Nachi-Fujikoshi"
    case 445: "Lenze"
    case 482: "Koyo Electronics"
    case 562: "Phoenix Contact"
    case 625: "Rockwell Automation, Sprecher+Schuh"
    case 1009: "Seiko Epson"
    case 1015: "Weidmueller"
    case 1112: "Hitachi Industrial Equipment Systems"
    default: nil
    }
  }
}
