// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAudits} from "../../../contracts/audits/IAudits.sol";
import {Assignments} from "../../../contracts/audits/Assignments.sol";
import {AuditWorld} from "../support/AuditWorld.sol";
import {vm} from "../support/Vm.sol";

// The vectors of protocol/vectors/audits.json, which TypeScript reads too.
//
// chains: from the secret to the first preimage, and one step further to the tip
// seeds: from chain, contract, epoch and prevRandao
// assignments: whether the preimage assigns the executor
// rows: the contract accepts and refuses the same rows
contract AuditVectorsTest is AuditWorld {
    string private _json;

    function setUp() public {
        _json = vm.readFile("protocol/vectors/audits.json");
        deployAudits();
        registerFirstChain();
    }

    function test_ChainsAreThoseOfTheVectors() public view {
        uint256 count = 0;
        for (string memory path = itemOf("chains", 0); exists(path); path = itemOf("chains", ++count)) {
            address account = vm.parseJsonAddress(_json, string.concat(path, ".validator"));
            bytes32 first = Assignments.walkBack(account, word(path, ".secret"), number(path, ".length") - 1);
            assertEq(first, word(path, ".firstPreimage"), path);
            assertEq(Assignments.walkBack(account, first, 1), word(path, ".tip"), path);
        }
        assertTrue(count > 5, "the file has chains");
    }

    function test_SeedsAreThoseOfTheVectors() public view {
        uint256 count = 0;
        for (string memory path = itemOf("seeds", 0); exists(path); path = itemOf("seeds", ++count)) {
            bytes32 seed = Assignments.seedFrom(
                number(path, ".chainId"),
                vm.parseJsonAddress(_json, string.concat(path, ".audits")),
                number(path, ".epoch"),
                word(path, ".prevRandao")
            );
            assertEq(seed, word(path, ".seed"), path);
        }
        assertTrue(count > 4, "the file has seeds");
    }

    function test_AssignmentsAreThoseOfTheVectors() public view {
        uint256 count = 0;
        uint256 hits = 0;
        for (string memory path = itemOf("assignments", 0); exists(path); path = itemOf("assignments", ++count)) {
            bool assigned = Assignments.isAssigned(
                word(path, ".seed"),
                word(path, ".preimage"),
                vm.parseJsonAddress(_json, string.concat(path, ".executor")),
                number(path, ".odds")
            );
            assertTrue(assigned == vm.parseJsonBool(_json, string.concat(path, ".assigned")), path);
            if (assigned) ++hits;
        }
        assertTrue(hits > 3 && hits + 3 < count, "the file has both");
    }

    function test_RowsAreThoseOfTheVectors() public {
        uint256 count = 0;
        for (string memory path = itemOf("rows", 0); exists(path); path = itemOf("rows", ++count)) {
            uint256 epoch = FIRST + count;
            close(epoch);
            IAudits.Row[] memory rows = rowsOf(executorsIn(epoch, true)[0]);
            fill(rows[0], path);
            bytes32 value = preimage(epoch);
            if (!vm.parseJsonBool(_json, string.concat(path, ".accepted"))) {
                expectRefusal(IAudits.AuditInconsistentCounts.selector, rows[0].executor);
            }
            reportAs(validator, epoch, value, rows);
        }
        assertTrue(count > 10, "the file has rows");
    }

    function fill(IAudits.Row memory row, string memory path) private view {
        row.outcome = uint8(number(path, ".outcome"));
        row.canaries = uint16(number(path, ".canaries"));
        row.unanswered = uint16(number(path, ".unanswered"));
        row.structureFailures = uint16(number(path, ".structureFailures"));
        row.countFailures = uint16(number(path, ".countFailures"));
        row.traceFailures = uint16(number(path, ".traceFailures"));
        row.crossFailures = uint16(number(path, ".crossFailures"));
        row.logLikelihood = int32(vm.parseInt(vm.parseJsonString(_json, string.concat(path, ".logLikelihood"))));
    }

    function itemOf(string memory list, uint256 index) private pure returns (string memory) {
        return string.concat(".", list, "[", vm.toString(index), "]");
    }

    function exists(string memory path) private view returns (bool) {
        return vm.keyExistsJson(_json, path);
    }

    function word(string memory path, string memory field) private view returns (bytes32) {
        return vm.parseJsonBytes32(_json, string.concat(path, field));
    }

    /// Integers stand there as decimal text.
    function number(string memory path, string memory field) private view returns (uint256) {
        return vm.parseUint(vm.parseJsonString(_json, string.concat(path, field)));
    }
}
