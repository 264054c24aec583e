// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// The cheatcodes that these tests use; Hardhat's runner answers them at a fixed address.
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function addr(uint256 privateKey) external pure returns (address);
    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function prank(address sender) external;
    function prank(address sender, address origin) external;
    function startPrank(address sender) external;
    function stopPrank() external;
    function warp(uint256 timestamp) external;
    function roll(uint256 blockNumber) external;
    function setBlockhash(uint256 blockNumber, bytes32 blockHash) external;
    function prevrandao(bytes32 value) external;
    function fee(uint256 baseFee) external;
    function txGasPrice(uint256 price) external;
    function deal(address account, uint256 balance) external;
    function store(address target, bytes32 slot, bytes32 value) external;
    function chainId(uint256 id) external;
    function snapshotState() external returns (uint256 id);
    function revertToState(uint256 id) external returns (bool done);
    function etch(address target, bytes calldata code) external;
    function expectRevert(bytes4 selector) external;
    function expectRevert(bytes calldata data) external;
    function expectPartialRevert(bytes4 selector) external;
    function expectEmit(address emitter) external;
    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory logs);
    function getCode(string calldata artifact) external view returns (bytes memory creationCode);
    function eip712HashType(string calldata typeName) external pure returns (bytes32);
    function readFile(string calldata path) external view returns (string memory);
    function keyExistsJson(string calldata json, string calldata path) external view returns (bool);
    function parseJsonAddress(string calldata json, string calldata path) external pure returns (address);
    function parseJsonBool(string calldata json, string calldata path) external pure returns (bool);
    function parseJsonBytes32(string calldata json, string calldata path) external pure returns (bytes32);
    function parseJsonString(string calldata json, string calldata path) external pure returns (string memory);
    function parseJsonUint(string calldata json, string calldata path) external pure returns (uint256);
    function parseUint(string calldata text) external pure returns (uint256);
    function parseInt(string calldata text) external pure returns (int256);
    function toString(uint256 value) external pure returns (string memory);
}

Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

/// Assertions that show both values.
abstract contract TestBase {
    error Unequal(string what, uint256 found, uint256 expected);
    error False(string what);

    /// Marks a test contract.
    bool public constant IS_TEST = true;

    /// Where runners read what a test shows.
    address private constant CONSOLE = 0x000000000000000000636F6e736F6c652e6c6f67;

    function assertEq(uint256 found, uint256 expected, string memory what) internal pure {
        if (found != expected) revert Unequal(what, found, expected);
    }

    function assertEq(address found, address expected, string memory what) internal pure {
        assertEq(uint160(found), uint160(expected), what);
    }

    function assertEq(bytes32 found, bytes32 expected, string memory what) internal pure {
        assertEq(uint256(found), uint256(expected), what);
    }

    function assertTrue(bool found, string memory what) internal pure {
        if (!found) revert False(what);
    }

    /// Prints a measured figure.
    function show(string memory what, uint256 figure) internal view {
        (bool shown, ) = CONSOLE.staticcall(abi.encodeWithSignature("log(string,uint256)", what, figure));
        assertTrue(shown, what);
    }

    /// Maps a fuzzed number into a range, both ends included.
    function bound(uint256 value, uint256 low, uint256 high) internal pure returns (uint256) {
        return low + (value % (high - low + 1));
    }
}
